"""Tender notices: what they ask for or announce."""

from pipelines.boilerplate.notices.read import NoticeFacts, may_be_notice, read_notice

__all__ = ["NoticeFacts", "may_be_notice", "read_notice"]
