"""What labels say of the project, its number, purchaser, agency, contact and region."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.numbers import CODE_FIRST
from pipelines.boilerplate.notices.rules import Field
from pipelines.boilerplate.notices.said import ASIDE, QUOTES, Read
from pipelines.boilerplate.notices.signs import NOTHING

_FIELDS: dict[str, Field] = {
    "project": "project",
    "project_number": "number",
    "purchaser": "purchaser",
    "agency": "agency",
}
_FORMS = ("有限公司", "有限责任公司", "股份有限公司")
_NOTICE_BEHIND = re.compile(
    r"(?:的?(?:开标|公开招标|邀请招标|竞争性(?:磋商|谈判)|询价采购|询价|单一来源(?:采购)?|比选|竞价|遴选|资格预审|招标|(?<=项目)采购|"
    r"中标|成交|中选|入围|候选人|结果|终止|废标|流标|更正|变更|延期|澄清|合同|评标|评审|征集|需求|预|采购意向|"
    r"[()、/]|第[一二三]次|第?\d+次|二次|三次|重新)*(?:公告|公示|通知书?|通告|公开|邀请函|邀请书|意向|招标文件|采购文件))"
    r"\s*(?:[(\[][^()\[\]]{0,12}[)\]])?\s*$"
)
_PHONE = re.compile(
    r"(?:\+?86[- ]?)?(?:1\d{10}|0\d{2,3}\s*[-—－)]\s*\d{7,8}(?:\s*[-转]\s*\d{1,5})?|\d{7,8})"
)
_REGION = re.compile(
    r"(?:中国)?(?P<region>(?:[一-鿿]{2,3}(?:省|自治区)|(?:内蒙古|广西壮族|宁夏回族|新疆维吾尔)自治区)?"
    r"(?:[一-鿿]{2,3}(?:市|自治州|地区|盟))?(?:[一-鿿]{1,3}(?:县|区|旗))?)"
)
_OWN = re.compile(r"采购|招标|項目|项目|採購")
_CONTACT_ORDER = ("contact", "", "other", "purchaser", "agency")


def named(entries: Sequence[Entry], name: str) -> Read | None:
    """Give the first filled value of a field's labels; 名称 counts below its heading.

    An overview says 水务集团 of 水务集团有限公司.
    """
    field = _FIELDS[name]
    found = Read()
    for entry in entries:
        if entry.field == field or (entry.field == "name" and entry.section == name):
            value = _clean(entry.value, name)
            if (value and not found.value) or value in (found.value + form for form in _FORMS):
                found = Read(value, entry.value)
    return found if found.value else None


def _clean(value: str, name: str) -> str:
    text = ASIDE.sub("", value).strip(" \u3000。；;，,：:")
    text = re.sub(r"^名\s*称\s*[:：]\s*", "", text)
    flat = level(text)
    if name == "project_number":
        text = re.split(r"[;。]|,(?=[一-鿿])|\s{2,}|\s/\s|\((?:或|如有|含)", flat)[0].strip()
        text = value[value.find(text[0]) :][: len(text)] if text and text[0] in value else text
        return text if re.search(r"\d", text) and len(text) <= 60 else ""
    if NOTHING.match(flat) or len(text) > 120:
        return ""
    if name in ("purchaser", "agency"):
        text = re.split(r"\s*(?:地\s*址|联系|电话|[,，。；;])", text)[0]
        return text if len(text) >= 2 and not re.search(r"信息$|应当|须|不得", level(text)) else ""
    return text.translate(QUOTES).strip() if len(text) >= 2 else ""


def project_in_title(title: str, number: str) -> Read:
    """Give a notice's title without its code and without what names the notice."""
    flat = level(title)
    end = _NOTICE_BEHIND.search(flat)
    if not end:
        return Read()
    start = re.match(r"(?:[\[【][^\]】]{1,8}[\]】])?", flat)
    words = (
        title[start.end() if start else 0 : end.start()]
        .removeprefix(number)
        .lstrip(" 　-—_]】)）")
        .rstrip(" 　-—_")
        .removeprefix("关于")
    )
    if level(words).count("(") > level(words).count(")"):
        words += title[end.start() : end.start() + 1]
    return Read(words, words) if len(words) >= 6 else Read()


def contact_of(entries: Sequence[Entry]) -> Read:
    """Give a person and a telephone of one section: the project's own before the others."""
    for section in _CONTACT_ORDER:
        here = [
            e for e in entries if e.section == section or (section == "" and _OWN.match(e.label))
        ]
        person = next((e.value for e in here if e.field == "person" and _is_said(e.value)), "")
        phone = next((e.value for e in here if e.field == "phone" and _is_said(e.value)), "")
        if person or _PHONE.search(level(phone)):
            both = [person] if phone in person else [person, phone]
            words = " ".join(part for part in both if part)
            return Read(words, words)
    return Read()


def _is_said(value: str) -> bool:
    return bool(value) and len(value) <= 60 and not NOTHING.match(level(value))


def region_of(entries: Sequence[Entry], title: str, purchaser: str) -> Read:
    """Give the labelled region, else the one that the purchaser's name or the title begins with."""
    for entry in entries:
        if entry.field == "region" and _is_said(entry.value):
            return Read(entry.value, entry.value)
    flat = level(title)
    code = CODE_FIRST.search(flat)
    for text in (purchaser, title[code.end() :].strip() if code else title):
        match = _REGION.match(level(text))
        if match and match["region"] and not match["region"].endswith(("校区", "园区", "院区")):
            words = text[match.start("region") : match.end("region")]
            return Read(words, words)
    return Read()
