"""Chinese dates, as pages write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.boilerplate.dates import find_dates, find_yearless, from_address, from_meta


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("发布日期：2024年5月10日", "2024-05-10"),
        ("2023-06-27 18:04:26", "2023-06-27T18:04:26+08:00"),
        ("2023/7/6 05:55", "2023-07-06T05:55:00+08:00"),
        ("2022.01.20 16:31", "2022-01-20T16:31:00+08:00"),
        ("2024年5月10日下午3时20分", "2024-05-10T15:20:00+08:00"),
        ("二〇二三年五月二十八日", "2023-05-28"),
        ("二○一九年十二月十日", "2019-12-10"),
        ("２０２４年５月１０日", "2024-05-10"),
        ("2023-06-27T18:04:26+08:00", "2023-06-27T18:04:26+08:00"),
        ("2023-06-27T10:04:26Z", "2023-06-27T18:04:26+08:00"),
        ("2024年5月10日 星期五 09:12", "2024-05-10T09:12:00+08:00"),
        ("2024年5月10日（星期五）下午3:20", "2024-05-10T15:20:00+08:00"),
        ("2024-5-10 PM 3:20", "2024-05-10T15:20:00+08:00"),
        ("发布日期：20240510", "2024-05-10"),
        ("中華民國113年5月10日", "2024-05-10"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, iso: str) -> None:
    assert [found.iso for found in find_dates(text)] == [iso]


@pytest.mark.parametrize(
    "text",
    [
        "2024年13月10日",
        "2023-02-30",
        "电话 0516-85707122",
        "1234-5-6",
        "项目编号 HW-2023-0610-77",
        "编号20240510",
    ],
)
def test_what_is_no_calendar_date_is_passed_over(text: str) -> None:
    assert find_dates(text) == []


def test_the_words_of_a_date_are_kept() -> None:
    [found] = find_dates("时间：2023年7月6日 05:55 来源：河湾网")

    assert found.raw == "2023年7月6日 05:55"


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2023-06-27T10:04:26Z", "2023-06-27T18:04:26+08:00"),
        ("2023-06-27", "2023-06-27"),
        ("2023-06-27 10:04", "2023-06-27T10:04:00+08:00"),
    ],
)
def test_a_machines_date_is_brought_to_chinas_time(value: str, iso: str) -> None:
    found = from_meta(value)

    assert found is not None
    assert found.iso == iso


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    for found in (*find_dates(text), *filter(None, [from_meta(text)])):
        assert found.iso[:4].isdigit()


@pytest.mark.parametrize(
    ("url", "iso"),
    [
        ("http://qinglan.example/n/t20230703_123.htm", "2023-07-03"),
        ("http://qinglan.example/2023-07/03/c_1.htm", "2023-07-03"),
        ("http://qinglan.example/2023/0703/1.html", "2023-07-03"),
        ("http://qinglan.example/n/2023/07/03/1.html", "2023-07-03"),
        ("http://qinglan.example/art/2023/7/3/art_1.html", "2023-07-03"),
        ("http://qinglan.example/a/20230703A012.html", "2023-07-03"),
        ("http://qinglan.example/23/0703/09/QL12.html", "2023-07-03"),
    ],
)
def test_an_address_holds_a_day(url: str, iso: str) -> None:
    found = from_address(url)

    assert found is not None
    assert found.iso == iso


@pytest.mark.parametrize(
    "path", ["n/12345678.html", "2023/0101/1.html", "20231345/1.html", "2023/1.html"]
)
def test_a_number_or_a_first_of_january_in_an_address_is_no_day(path: str) -> None:
    assert from_address(f"http://qinglan.example/{path}") is None


def test_a_label_makes_two_numbers_a_day_of_the_pages_year() -> None:
    found = find_yearless("发布时间：07-03", 2023)

    assert found is not None
    assert found.iso == "2023-07-03"


@pytest.mark.parametrize(
    "text",
    [
        "7月3日至5日，渡槽停水检修，下游改用机井灌溉，各村轮流取水",
        "电话 07-03",
        "2023年7月3日",
        "13月40日",
    ],
)
def test_an_events_day_is_no_date_without_a_year(text: str) -> None:
    assert find_yearless(text, 2023) is None


@pytest.mark.parametrize(
    "line, iso",
    [("发布时间：18-03-0823:16", "2018-03-08"), ("发布日期：21/11/30", "2021-11-30")],
)
def test_a_short_year_is_read_behind_the_label_of_a_date(line: str, iso: str) -> None:
    (found,) = find_dates(line)

    assert found.iso == iso


@pytest.mark.parametrize("line", ["比赛时间：18-03-21 大胜", "尺寸：18-03-08", "时间：18-03-081"])
def test_what_no_label_calls_a_date_has_no_short_year(line: str) -> None:
    assert [f.iso for f in find_dates(line) if f.iso.startswith("2018-03-08")] == []


def test_an_hour_may_stand_right_behind_a_day_without_its_year() -> None:
    found = find_yearless("发布时间：10-0812:00优质原创作者", 2019)

    assert found is not None
    assert found.iso == "2019-10-08T12:00:00+08:00"


def test_a_year_of_the_republic_is_read_behind_the_label_of_a_day() -> None:
    (found,) = find_dates("公告日:114/03/21")

    assert (found.iso, found.raw) == ("2025-03-21", "114/03/21")
