"""Credentials out of what is logged and kept."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose group `keep` stays and whose rest is hidden, with an example that has one.

    `where` is `everywhere` for what is a credential in any address, `logs` for names under which
    sites carry a visitor's key as well as a search word or an article's number: `?key=石桥`.
    """

    name: str
    pattern: re.Pattern[str]
    example: str
    where: str = "logs"


def _parameters(*names: str, ends: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?i)(?P<keep>[?&;#](?:{'|'.join(names)})=)[^&#;\s'\"<>{ends}]+")


_SESSIONS = ("j?sessionid", "phpsessid")
_SURE_NAMES = (
    "(?:access|refresh|id|auth)_?token",
    "(?:app|client)_?secret",
    "secret(?:_?key)?",
    "api_?key",
    "access_?key(?:_?id)?",
    "pass(?:word|wd)?",
    "pwd",
    "authorization",
    "q-signature",
    "(?:aws|oss)accesskeyid",
    "x-(?:amz|oss|cos|goog)-(?:signature|credential|security-token)",
)
# Nothing here can run long on a long line: each pattern begins with a fixed word or stops at once.
RULES = (
    Rule(
        "database URL, with any character in its password",
        re.compile(
            r"(?P<keep>\b(?:postgres(?:ql)?|mysql|mariadb|oracle|mssql)(?:\+\w+)?://)[^\s'\"]{1,200}@"
        ),
        "postgresql+psycopg://crawler:p/w#1@db.example/qingyuan",
        "everywhere",
    ),
    Rule(
        "user and password of a URL",
        re.compile(r"(?P<keep>\b[a-zA-Z][\w+.-]{0,20}://)[^\s/?#'\"<>]{1,200}@"),
        "https://editor:secret@example.com/feed",
        "everywhere",
    ),
    Rule(
        "credentials in a query",
        _parameters(*_SURE_NAMES),
        "http://example.com/a?id=5&access_token=eyJhbGciOi",
        "everywhere",
    ),
    Rule(
        "session in a path, before the query, or in a query",
        _parameters(*_SESSIONS, ends="?"),
        "http://example.com/view.jsp;jsessionid=9f86d081?id=5",
        "everywhere",
    ),
    Rule(
        "what may be a credential in a query",
        _parameters("token", "key", "sign", "signature", "sig", "auth", "ticket", "code", "sid"),
        "http://example.com/a?id=5&sign=9f86d081",
    ),
    Rule(
        "headers",
        re.compile(
            r"(?i)(?P<keep>\b(?:proxy-authorization|authorization|set-cookie|cookie|x-api-key"
            r"|x-auth-token)b?['\"]?\s{0,4}[:=]\s{0,4}(?:\[?b?['\"])?)[^\r\n'\"\]]+"
        ),
        "Authorization: Basic ZWRpdG9yOnNlY3JldA==",
    ),
    Rule(
        "settings that hold a secret",
        re.compile(
            r"(?P<keep>['\"][A-Z0-9_]{0,40}(?:PASSWORD|PASS|SECRET|TOKEN|API_KEY|ACCESS_KEY)"
            r"[A-Z0-9_]{0,20}['\"]: ['\"])[^'\"]+"
        ),
        "{'AWS_SECRET_ACCESS_KEY': 'wJalrXUtnFEMI'}",
    ),
)
# name=… of a form, "name": of JSON
_FIELD = re.compile(
    rf"(?i)(?:^|[&\"'{{,\s])(?:{'|'.join(_SURE_NAMES + _SESSIONS)})(?:=|[\"']\s{{0,4}}:)".encode()
)
_EVERYWHERE = tuple(rule for rule in RULES if rule.where == "everywhere")


def redact(text: str) -> str:
    """Hide what is or may be a credential in words that people read: logs, reasons, errors."""
    return _hide(text, RULES)


def redact_url(url: str) -> str:
    """Hide what is surely a credential in an address that is kept; any other is left the same."""
    return _hide(url, _EVERYWHERE)


def has_secret_field(body: bytes) -> bool:
    """Tell whether a request's body, a form or JSON, has a field that is surely a credential."""
    return _FIELD.search(body) is not None


def redact_kept(value: Any) -> Any:
    """Hide the same in every string of a value as JSON has it."""
    if isinstance(value, str):
        return redact_url(value)
    if isinstance(value, dict):
        return {name: redact_kept(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_kept(inner) for inner in value]
    return value


def _hide(text: str, rules: tuple[Rule, ...]) -> str:
    for rule in rules:
        if rule.pattern.search(text):
            text = rule.pattern.sub(_hidden, text)
    return text


def _hidden(match: re.Match[str]) -> str:
    end = "@" if match[0].endswith("@") else ""
    return match["keep"] + HIDDEN + end


class RedactedRecord(logging.LogRecord):
    """A log record without credentials, whatever handler and formatter writes it.

    A record class and not a filter: Scrapy replaces its handler several times in a run.
    """

    _exc_text: str | None = None

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Give the message."""
        return redact(super().getMessage())

    @property
    def exc_text(self) -> str | None:
        """The traceback in words, which formatters keep here before they write it."""
        return self._exc_text

    @exc_text.setter
    def exc_text(self, value: Any) -> None:
        self._exc_text = redact(value) if value else None
