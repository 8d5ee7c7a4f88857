import logging
import re

import pytest

from crawler.redact import RULES, RedactedRecord, Rule, redact, redact_url
from crawler.seeds import SeedError, check_url
from crawler.state.db import DatabaseError, open_database

SECRETS = re.compile(r"p/w#1|secret@|eyJhbGciOi|9f86d081|ZWRpdG9y|wJalrXUtnFEMI")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_hides_the_secret_of_its_example(rule: Rule) -> None:
    assert SECRETS.search(rule.example)
    assert not SECRETS.search(redact(rule.example))
    assert "***" in redact(rule.example)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/search?key=石桥",
        "http://example.com/a.html?sign=9f86d081&id=5",
        "http://example.com/news/2024@home.html",
        "http://example.com:8080/a?mail=editor@example.com",
        "sqlite:///data/qingyuan.db",
    ],
)
def test_an_address_without_a_sure_credential_is_kept_as_it_is(url: str) -> None:
    assert redact_url(url) is url


def test_what_follows_a_session_in_the_path_is_kept() -> None:
    url = "http://example.com/view.jsp;jsessionid=secret?id=5"

    assert redact_url(url) == "http://example.com/view.jsp;jsessionid=***?id=5"


@pytest.mark.parametrize(
    "said",
    [
        "https://editor:p@secret@example.com/feed",
        "postgresql+psycopg://crawler:p@secret@db.example/qingyuan",
        "http://example.com/back#access_token=secret@x",
    ],
)
def test_no_part_of_a_secret_is_left(said: str) -> None:
    assert "secret" not in redact_url(said)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://crawler:p@secret@127.0.0.1:1/qingyuan",
        "postgresql+psycopg://127.0.0.1:1/qingyuan?user=crawler&password=secret",
        "crawler:secret@127.0.0.1/qingyuan",
    ],
)
def test_a_database_that_cannot_be_opened_is_named_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1") as raised:
        open_database(url)

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["ftp://me:secret@a.example/", "http://a.example/ ?password=secret"]
)
def test_a_seed_that_is_none_is_named_without_its_password(url: str) -> None:
    with pytest.raises(SeedError, match=r"a\.example") as raised:
        check_url(url, "-a url")

    assert "secret" not in str(raised.value)


def test_a_log_record_hides_them_in_message_and_traceback() -> None:
    record = RedactedRecord(
        "crawl", logging.ERROR, "f.py", 1, "no answer of %s", ("http://me:pw@a.example/",), None
    )
    try:
        raise ValueError("Authorization: Bearer eyJhbGciOi")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    written = logging.Formatter().format(record)

    assert "no answer of http://***@a.example/" in written
    assert "Authorization: ***" in written
