"""The archive: responses as they came, in WARC 1.1 files that grow record by record."""

from crawler.state.warc.reading import read_pointer, read_responses
from crawler.state.warc.record import (
    SECRET_HEADERS,
    ArchiveError,
    Headers,
    Known,
    Recorded,
    json_or_empty,
)
from crawler.state.warc.writing import WarcArchive

__all__ = [
    "SECRET_HEADERS",
    "ArchiveError",
    "Headers",
    "Known",
    "Recorded",
    "WarcArchive",
    "json_or_empty",
    "read_pointer",
    "read_responses",
]
