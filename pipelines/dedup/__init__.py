"""Exact and near copies, and which of them is the best."""

from pipelines.dedup.best import Copy, best
from pipelines.dedup.fingerprint import Fingerprint, digest, fingerprint
from pipelines.dedup.index import Match, ReprintIndex
from pipelines.dedup.ledger import IndexFileError
from pipelines.dedup.urls import canonical_of, canonical_url

__all__ = [
    "Copy",
    "Fingerprint",
    "IndexFileError",
    "Match",
    "ReprintIndex",
    "best",
    "canonical_of",
    "canonical_url",
    "digest",
    "fingerprint",
]
