"""An index made anew from the texts themselves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from pipelines.dedup.index import ReprintIndex
from pipelines.dedup.ledger import Ledger


def rebuild(path: Path, documents: Iterable[tuple[str, str, str | None]]) -> int:
    """Make the index of (key, text, published) beside the old one, then put it in its place.

    Gives the number of documents. A kill leaves the old one. No process may have the index open:
    what it adds afterwards would go into files that are no more.
    """
    made = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    with ReprintIndex(made) as index:
        for key, text, published in documents:
            index.add(key, text, published=published)
        count = len(index)
    ledger = Ledger(made)
    ours = ledger.base + "."
    ledger.close()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    made.replace(path)
    path.with_name(path.name + ".damaged").unlink(missing_ok=True)
    # The segments, logs and locks of the former one, of any version, and of a rebuild that was
    # killed.
    former = re.compile(
        rf"{re.escape(path.stem)}(-[0-9a-f]{{8}})?{re.escape(path.suffix)}"
        r"\.(.+\.(seg|log|front|part)|([0-9a-f]{8}\.)?(lock|flush|merge|tail|outlines))"
    )
    for file in path.parent.iterdir():
        if former.fullmatch(file.name) and not file.name.startswith(ours):
            file.unlink(missing_ok=True)
    return count
