"""What a fetch failed of, in a few stable words: the keys of `fetch/failed/<class>`."""

from __future__ import annotations

import re

# Exception, what its message must say, class; the first row that holds names the failure.
# An exception is looked up under its own name and those of its bases.
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    ("Challenged", "", "challenge"),
    ("BrowserDiedError", "", "browser_died"),
    ("BrowserUnavailableError", "", "browser_unavailable"),
    ("ClosedDoorError", "", "closed_door"),
    # Where the host itself is not there, its robots.txt is not what is wrong.
    ("RobotsUnreachable", r"unreachable: \(dns\)", "dns"),
    ("RobotsUnreachable", r"unreachable: \(refused\)", "refused"),
    ("RobotsUnreachable", r"unreachable: \(tls\)", "tls"),
    ("RobotsUnreachable", "", "robots_unreachable"),
    ("RetryLater", "", "throttled"),
    ("Throttled", "", "throttled"),
    ("ValueError", r"invalid hostname", "bad_address"),
    ("CannotResolveHostError", "", "dns"),  # or an address behind the closed door
    ("DownloadConnectionRefusedError", "", "refused"),
    ("DownloadTimeoutError", "", "timeout"),
    ("DownloadFailedError", r"OpenSSL\.SSL|VerificationError|certificate", "tls"),
    ("DownloadFailedError", "", "connection"),  # reset, closed, not HTTP
    ("ConnectError", "", "connection"),  # Twisted's own: no route, network down
    ("ConnectionClosed", "", "connection"),
    ("TunnelError", "", "proxy"),
    ("ResponseDataLossError", "", "data_loss"),
    ("DownloadCancelledError", r"max redirections", "redirects"),
    ("DownloadCancelledError", "", "too_large"),
    ("IgnoreRequest", r"DOWNLOAD_MAXSIZE", "too_large"),  # a bomb: its inflated size counts
    ("IgnoreRequest", r"max redirections", "redirects"),
    ("IgnoreRequest", "", "refused_after_fetch"),
    ("UnsupportedURLSchemeError", "", "closed_door"),
    ("NotSupported", "", "closed_door"),  # a scheme that has no handler
    ("OSError", "", "io"),  # a body that does not inflate, a full disk
)


def class_of(error: BaseException | None) -> str:
    """Name the class of a failed fetch; `other` for what no row knows."""
    names = {cls.__name__ for cls in type(error).__mro__}
    message = str(error)
    for name, said, found in EXCEPTIONS:
        if name in names and re.search(said, message):
            return found
    return "other"


def class_of_status(status: int) -> str:
    """Name the class of a response that no spider reads: throttled, http_4xx, http_5xx…"""
    return "throttled" if status in (429, 503) else f"http_{status // 100}xx"
