"""An index made anew from the texts themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

from pipelines.dedup.index import ReprintIndex
from pipelines.dedup.ledger import Ledger


def rebuild(path: Path, documents: Iterable[tuple[str, str, str | None]]) -> int:
    """Make the index of (key, text, published) beside the old one, then put it in its place.

    Gives the number of documents. A kill leaves the old one. No process may have the index open:
    what it adds afterwards would go into the file that is no more.
    """
    made = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    with ReprintIndex(made) as index:
        for key, text, published in documents:
            index.add(key, text, published=published)
        count = len(index)
    ledger = Ledger(made)
    kept = set(ledger.segments())
    ledger.close()
    for ending in ("-wal", "-shm", ".damaged"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    made.replace(path)
    for ending in (".tail", ".merge"):
        made.with_name(made.name + ending).unlink(missing_ok=True)
    for segment in path.parent.glob(f"{path.stem}*{path.suffix}.*.seg*"):
        if segment.name not in kept:
            segment.unlink(missing_ok=True)
    return count
