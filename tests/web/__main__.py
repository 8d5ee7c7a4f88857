"""`python -m tests.web [LAYOUT]` serves every replica site until it is interrupted."""

from __future__ import annotations

import signal
import sys

from tests.web import SITES, WebServer, start_urls


def main(arguments: list[str]) -> None:
    """Serve all sites in one layout: `table`, `modern` or an integer."""
    given = arguments[0] if arguments else "table"
    layout: str | int = int(given) if given.lstrip("-").isdigit() else given
    with WebServer(dict.fromkeys(SITES, layout)) as web:
        print(f"127.0.0.1:{web.port} answers, layout {layout}:", flush=True)
        for site in SITES:
            host, path = start_urls(site)[0].removeprefix("http://").split("/", 1)
            print(f"  curl -H 'Host: {host}' http://127.0.0.1:{web.port}/{path}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main(sys.argv[1:])
