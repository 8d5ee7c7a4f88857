"""The small decisions of politeness, each alone."""

from __future__ import annotations

import time
from datetime import datetime
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy import exceptions
from scrapy.http import Request, Response

from crawler.fetch.blocked import Challenged
from crawler.fetch.failures import class_of, class_of_status
from crawler.fetch.identity import doubts
from crawler.fetch.politeness import RetryLater, authority_of, retry_after
from crawler.fetch.quiet import QuietHours
from crawler.fetch.robots import RobotsUnreachable, product_of
from crawler.source import read_quiet


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.CannotResolveHostError("x"), "dns"),
        (ValueError("invalid hostname: %31%32%37.0.0.9"), "bad_address"),
        (exceptions.DownloadConnectionRefusedError("x"), "refused"),
        (exceptions.DownloadTimeoutError("x"), "timeout"),
        (exceptions.DownloadFailedError("[<Failure OpenSSL.SSL.Error: [('verify')]>]"), "tls"),
        (exceptions.DownloadFailedError("ConnectionLost"), "connection"),
        (exceptions.ResponseDataLossError("x"), "data_loss"),
        (exceptions.DownloadCancelledError("x"), "too_large"),
        (exceptions.IgnoreRequest("its body exceeded DOWNLOAD_MAXSIZE (1 B)"), "too_large"),
        (exceptions.IgnoreRequest("max redirections reached"), "redirects"),
        (exceptions.NotSupported("ftp"), "closed_door"),
        (OSError("not a gzipped file"), "io"),
        (RetryLater("x", 0.0), "throttled"),
        (RobotsUnreachable("robots.txt of http://x is unreachable: status 503", 0.0),
         "robots_unreachable"),
        (RobotsUnreachable("robots.txt of http://x is unreachable: (dns) x", 0.0), "dns"),
        (Challenged("http://x/", "safedog"), "challenge"),
        (KeyError("x"), "other"),
        (None, "other"),
    ],
)  # fmt: skip
def test_a_failure_has_a_stable_class(error: BaseException | None, kind: str) -> None:
    assert class_of(error) == kind


def test_a_status_has_a_stable_class() -> None:
    assert [class_of_status(status) for status in (403, 429, 500, 503)] == [
        "http_4xx", "throttled", "http_5xx", "throttled",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("0", 0.0), ("soon", None), ("", None), ("-5", None), ("1.5", None)],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(Response("http://x/", headers={"Retry-After": value})) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0)])
def test_retry_after_is_read_as_a_date(ahead: int, seconds: float) -> None:
    value = formatdate(time.time() + ahead, usegmt=True)

    found = retry_after(Response("http://x/", headers={"Retry-After": value}))

    assert found == pytest.approx(seconds, abs=2)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set")
@pytest.mark.parametrize("form", ["%a %b %d %H:%M:%S %Y", "%A, %d-%b-%y %H:%M:%S GMT"])
def test_the_older_forms_of_a_date_are_in_greenwich_time(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    value = time.strftime(form, time.gmtime(time.time() + 90))

    found = retry_after(Response("http://x/", headers={"Retry-After": value}))

    monkeypatch.undo()
    time.tzset()
    assert found == pytest.approx(90.0, abs=2)


@given(st.binary(max_size=40))
@example(b"Mon, 01 Jan 2024 00:00:00 +99999999999999999999")
@example(b"Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
def test_no_retry_after_is_an_error(value: bytes) -> None:
    found = retry_after(Response("http://x/", headers={"Retry-After": value}))

    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://Www.Example.com:80/a", "http://www.example.com"),
        ("https://www.example.com:443/a", "https://www.example.com"),
        ("https://www.example.com:80/a", "https://www.example.com:80"),
        ("http://name:word@www.example.com:8080/a?b", "http://www.example.com:8080"),
    ],
)
def test_an_authority_is_scheme_host_and_port(url: str, authority: str) -> None:
    assert authority_of(Request(url)) == authority


@pytest.mark.parametrize(
    ("agent", "contact", "count"),
    [
        ("Qingyuan/0.1 (+mailto:you@example.com)", "mailto:you@example.com", 0),
        ("Qingyuan/0.1", None, 1),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "x", 1),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)", "x", 1),
        ("Mozilla/5.0 (compatible; Qingyuan/0.1; +http://www.example.com/bot)", "x", 0),
    ],
)
def test_an_identity_is_doubted_where_it_hides(agent: str, contact: Any, count: int) -> None:
    assert len(doubts(agent, contact)) == count


def hours(begin: str, end: str) -> QuietHours:
    return QuietHours(SimpleNamespace(spidercls=SimpleNamespace(quiet=(begin, end))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "quiet", "seconds"),
    [
        ("08:29", ("08:30", "18:00"), 60.0),
        ("08:30", ("08:30", "18:00"), 0.0),
        ("17:59", ("08:30", "18:00"), 0.0),
        ("18:00", ("08:30", "18:00"), 14.5 * 3600),
        ("23:30", ("23:00", "06:00"), 0.0),
        ("05:59", ("23:00", "06:00"), 0.0),
        ("06:00", ("23:00", "06:00"), 17 * 3600.0),
    ],
)
def test_quiet_hours_wrap_over_midnight(now: str, quiet: tuple[str, str], seconds: float) -> None:
    moment = datetime.fromisoformat(f"2024-05-10T{now}")

    assert hours(*quiet).seconds_left(moment) == seconds


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_the_others_fill_the_day(now: Any, begin: Any, end: Any) -> None:
    a, b = begin.strftime("%H:%M"), end.strftime("%H:%M")
    if a == b:
        return
    moment = datetime.combine(datetime(2024, 5, 10), now)

    one, other = hours(a, b).seconds_left(moment), hours(b, a).seconds_left(moment)

    assert (one <= 0) != (other <= 0)


@pytest.mark.parametrize("quiet", [("8:30", "18:00"), ("08:30", "24:00"), ("08:30", "08:30")])
def test_wrong_quiet_hours_are_refused(quiet: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is no time|same time"):
        read_quiet(quiet)


@pytest.mark.parametrize(
    ("agent", "product"),
    [
        ("Qingyuan/0.1 (+mailto:you@example.com)", "Qingyuan/0.1"),
        ("Hewan/2 (+http://hewan.example/bot) Qingyuan/0.1", "Hewan/2  Qingyuan/0.1"),
        ("Mozilla/5.0 (compatible; Hewan/2)", "Mozilla/5.0 (compatible; Hewan/2)"),
        ("(nobody)", "(nobody)"),
        ("", ""),
    ],
)
def test_robots_txt_is_asked_for_a_product_and_not_for_its_contact(
    agent: str, product: str
) -> None:
    assert product_of(agent) == product
