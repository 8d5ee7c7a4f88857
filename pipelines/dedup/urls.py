"""One address for one page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

TRACKING = re.compile(
    r"^(utm_\w+|spm|scm|from|isappinstalled|share\w*|bd_vid|gclid|fbclid|yclid|hmsr|hmpl|hmcu|"
    r"hmkw|hmci|tracker_u|wfr|sessionid|jsessionid|phpsessid|aspsessionid\w*|sid)$",
    re.I,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.I)
_DEFAULT_PORT = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """Give the address without what does not name the page; what is no address comes back as it is.

    Host in lower case, default port, fragment, tracking and session parameters off, the rest of
    the query sorted. http and https stay apart: some hosts serve different sites on them.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname:
        return url
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    if port and port != _DEFAULT_PORT[scheme]:
        host = f"{host}:{port}"
    path = _SESSION_PATH.sub("", parts.path) or "/"
    return urlunsplit((scheme, host, path, _query(parts.query), ""))


def _query(query: str) -> str:
    """Sort and filter, in the spelling that is there: it may hold bytes of any charset."""
    words = [word for word in query.split("&") if word]
    kept = [word for word in words if not TRACKING.match(word.partition("=")[0])]
    return "&".join(sorted(kept))
