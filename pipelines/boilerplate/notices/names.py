"""Who and what a notice names: the project, its number, purchaser, agency, contact, region."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.rules import Field
from pipelines.boilerplate.notices.signs import NOTHING
from pipelines.charset.script import fold_script


class Read(NamedTuple):
    """A value and the words it was read from; both empty where nothing was found."""

    value: str = ""
    raw: str = ""


_FIELDS: dict[str, Field] = {
    "project": "project",
    "project_number": "number",
    "purchaser": "purchaser",
    "agency": "agency",
}
_ASIDE = re.compile(
    r"\s*[(（](?:以下|下称|下同|简称|项目编号|编号|招标编号|采购编号|盖章|公章)[^()（）]*[)）]?\s*"
)
_FORMS = ("有限公司", "有限责任公司", "股份有限公司")
_QUOTES = str.maketrans("", "", '“”"「」')
_ORGANISATION = (
    r"(?:大学|学院|学校|中学|(?<!中)小学|幼儿园|医院|卫生院|保健院|疗养院|敬老院|福利院|委员会|人民政府(?!办)|办事处|公司|"
    r"管理处|研究院|设计院|研究所|看守所|戒毒所|检察院|法院|监狱|人民政府办公[室厅]|图书馆|博物馆|档案馆|文化馆|美术馆|科技馆|体育馆|党校|"
    r"支队|总队|大队|[一-鿿]局|[一-鿿]{2}厅|[一-鿿]{2}中心|气象台|电视台|供电所|联合社|"
    r"合作社|(?:农商|商业|村镇|工商|农业|建设|储蓄)银行|分行|集团|出版社|总厂|电厂)"
    r"(?![路街道楼区巷桥])"
)
_NAME = rf"[一-鿿]{{2,20}}?{_ORGANISATION}"
_PURCHASER_FIRST = re.compile(
    rf"(?P<place>[一-鿿]{{2}})[一-鿿()·]{{0,22}}?{_ORGANISATION}"
    rf"(?:(?=(?P=place)){_NAME}|[-—、 ]{{1,2}}{_NAME}|附属[一-鿿]{{0,6}}(?:医院|中学|小学|学校))*"
)
# [公开招标]某校…, 关于取消某校…: what stands before the purchaser.
_BEFORE_PURCHASER = re.compile(
    r"(?:[ \])】,:-]|[(\[【][^()\[\]【】]{1,12}[)\]】]|关于|取消|终止|中止|推迟|延期|变更|更正|公布|招标|采购|询价)*"
)
_CODE_FIRST = re.compile(
    r"^\s*[\[(【]?\s*(?P<code>CODE(?:[ 、/]CODE)*)(?![A-Za-z])".replace(
        "CODE", r"[A-Z]{1,8}[-A-Z\d]*\d{3,}[-A-Z\d]*"
    )
)
_PLAIN_CODE = r"(?=[A-Z\d/-]*\d{2})(?=[\d-]*[A-Z])[A-Z\d][A-Z\d/-]{5,30}"
_CODE_INSIDE = re.compile(
    r"[\[(【]\s*(?:(?:项目|招标|采购|询价)?编号\s*:?\s*(?P<said>(?:[^\[\]()【】\s]|[\[(]\d{4}[\])]){4,40})"
    rf"|(?P<code>{_PLAIN_CODE}))\s*[\])】]"
)
_NOTICE_BEHIND = re.compile(
    r"(?:的?(?:开标|公开招标|邀请招标|竞争性(?:磋商|谈判)|询价采购|询价|单一来源(?:采购)?|比选|竞价|遴选|资格预审|招标|(?<=项目)采购|"
    r"中标|成交|中选|入围|候选人|结果|终止|废标|流标|更正|变更|延期|澄清|合同|评标|评审|征集|需求|预|采购意向|"
    r"[()、/]|第[一二三]次|第?\d+次|二次|三次|重新)*(?:公告|公示|通知书?|通告|公开|邀请函|邀请书|意向|招标文件|采购文件))"
    r"\s*(?:[(\[][^()\[\]]{0,12}[)\]])?\s*$"
)
_COMMISSIONED = (
    re.compile(
        r"(?:受|^)(?P<purchaser>[^,。;]{2,40}?)(?:\([^()]*\))?的?委托,?(?P<agency>[一-鿿()]{4,40}?(?:公司|中心|事务所|机构))"
        r"(?:\([^()]*\))?(?:,|现|拟|就|对|将|于|组织|作为|以|按|根据|采用|以下)"
    ),
    re.compile(
        r"(?P<agency>[一-鿿()]{4,40}?(?:公司|中心|事务所))(?:\([^()]*\))?受(?P<purchaser>[^,。;]{2,40}?)"
        r"(?:\([^()]*\))?的?委托"
    ),
    re.compile(r"(?:招标|采购|比选|询价)(?:人|单位)为(?P<purchaser>[^,。;:()]{4,40})"),
    re.compile(r"(?:项目)?业主(?:单位)?为(?P<purchaser>[^,。;:()]{4,40})"),
    re.compile(
        r"(?:^|[,。;:])(?P<purchaser>[一-鿿()]{4,40}?)\([^()]{0,12}(?:采购|招标|比选|询价)(?:人|单位|方)[^()]{0,4}\)"
    ),
    re.compile(rf"^(?P<purchaser>{_NAME})(?:组织)?(?:招标|采购)的"),
    re.compile(rf"(?:^|[。;,])(?P<purchaser>{_NAME})(?:联系人|联系电话)\s*:"),
    re.compile(r"代理机构为(?P<agency>[^,。;:()]{4,40})"),
    re.compile(r"(?:我|本)[^,。;]{1,4}委托(?P<agency>[一-鿿()]{4,30}?(?:公司|中心))"),
)
_PURCHASED = (
    re.compile(
        r"(?:就|现对|对|拟对|将对|关于)(?:其|我[校院局司单位]{1,2}|本[校院局]|本单位)?(?P<project>[^,。;]{4,60}?项目)"
        r"(?:\([^()]*\))?(?:\([^()]*\))?(?:的[^,。;]{0,12})?(?:进行|实施|组织|以|采用|采取|面向|国内|公开|开展)"
    ),
    re.compile(
        r"^(?P<project>[^,。;:]{4,60}?)(?:\([^()]*\))?的?(?:招标项目)?的?潜在(?:投标人|供应商|的供应商)应"
    ),
)
# GB33870-2017 is what the goods must comply with.
_NO_STANDARD = r"(?![A-Z]{2,4}(?:/[A-Z])?\d{2,6}-(?:19|20)\d{2}[)\]])"
_CODE = re.compile(
    r"(?:项目|招标|采购|磋商|谈判|询价|比选)?编号(?:为|是|:)?\s*"
    r"(?P<project_number>(?=[A-Za-z\d()\[\]/_-]{0,30}\d)[A-Za-z][A-Za-z\d()\[\]/_-]{3,40}[A-Za-z\d\]])"
)
# 电子阅览室家具采购项目（QYSY-ZB-202405-08）
_CODE_BEHIND = re.compile(
    r"[一-鿿”」》]\s*[(\[](?:(?:项目|招标|采购)?编号:?\s*)?"
    rf"(?P<project_number>{_NO_STANDARD}(?=[A-Z\d/-]*\d{{3}})[A-Z]{{2,8}}[A-Z\d/-]{{4,30}})[)\]]"
)
_CODE_LAST = re.compile(rf"[ :—-]\s*(?:(?:项目|招标|采购)?编号:?\s*)?(?P<code>{_PLAIN_CODE})\s*$")
# 清源学院一卡通升级项目（QYXY-ZB-202308-15）招标文件发出后…
_PROJECT_BEFORE_CODE = re.compile(
    r"(?:^|[,。;:”]|现将|关于|就|对)(?P<project>“?[一-鿿A-Za-z\d“”《》()/、-]{5,50}?”?)"
    r"\((?:(?:项目|招标|采购)?编号:?\s*[^()]{4,40}|[A-Z]{2,8}[A-Z\d/-]*\d{2}[A-Z\d/-]*)\)"
)
_CODE_OF_PAPERS = re.compile(
    r"编号:?\s*(?P<project_number>[一-鿿]{1,6}\s?[\[〔(]\d{4}[\]〕)]\s?\d{1,4}号)"
)
# The school itself writes: 我院…, and signs below.
_OURS = re.compile(
    rf"(?:因.{{2,30}}需要,)?(?P<purchaser>[一-鿿]{{2,20}}?{_ORGANISATION}(?:图书馆|[一-鿿]{{2,6}}[处部院科])?)"
    r"(?:拟|现|将|现拟|计划|决定|就|对).{0,40}(?:采购|招标|询价|比选|磋商|谈判|报价)"
)
_SENTENCES = (
    *(*_COMMISSIONED, *_PURCHASED),
    *(_PROJECT_BEFORE_CODE, _CODE, _CODE_BEHIND, _CODE_OF_PAPERS, _OURS),
)
# 后勤管理处, which does not say whose.
_OFFICE = re.compile(
    r"^(?:后勤|国有资产|国资|资产|网络|信息|招标|采购|招投标|设备|实验室|基建|保卫|总务|教务|科研|财务|图书馆|校园|工会|人事|院办|"
    r"校办|宣传|综合|办公室|物资|项目)"
)
_NO_NAME = re.compile(r"^[我本该各受由经为因请]|委托|评审|上述|以下")
_SIGNED = re.compile(
    rf"^(?:(?:采购|招标|询价|比选)(?:人|单位)\s*)?(?P<purchaser>[一-鿿()]{{2,24}}?{_ORGANISATION})"
    r"(?:[一-鿿]{2,12}(?:处|部|科|室|中心|办公室|办|院|馆|工会|组))?"
    r"\s*(?:\([^()]{0,8}\))?\s*(?:\d{4}[年./-].*)?$"
)
_SIGNS_FOR_ANOTHER = re.compile(r"(?:招标|代理|咨询|造价|拍卖|采购服务|交易|项目管理)[一-鿿()]{0,8}(?:公司|中心|所)")
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
            if value and not found.value:
                found = Read(value, entry.value)
            elif value in (found.value + form for form in _FORMS):
                found = Read(value, entry.value)
    return found if found.value else None


def _clean(value: str, name: str) -> str:
    text = _ASIDE.sub("", value).strip(" \u3000。；;，,：:")
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
    return text.translate(_QUOTES).strip() if len(text) >= 2 else ""


def said_in_sentences(lines: Sequence[str]) -> dict[str, Read]:
    """Read 受某局委托，某公司就某项目进行公开招标 and its like."""
    found: dict[str, Read] = {}
    for line in lines:
        if line.startswith("|"):
            continue
        flat = level(line)
        for pattern in _SENTENCES:
            match = pattern.search(flat)
            for name in match.groupdict() if match else ():
                assert match
                words = line[match.start(name) : match.end(name)]
                value = _ASIDE.sub("", words).translate(_QUOTES).strip(" 《》")
                if name == "purchaser" and (_NO_NAME.search(value) or _SIGNS_FOR_ANOTHER.search(value)):
                    continue
                if name == "project" and value in ("本项目", "该项目", "上述项目", "以下项目"):
                    continue
                found.setdefault(name, Read(value, words))
    return found


def number_of_lot(entries: Sequence[Entry]) -> Read:
    """Give the number of the only lot: works are tendered by the lot."""
    lots = {e.value for e in entries if re.fullmatch(r"标段(?:\(包\))?编号", level(e.label))}
    words = lots.pop() if len(lots) == 1 else ""
    return Read(words, words) if re.search(r"\d{3}", words) else Read()


def signed_by(lines: Sequence[str], others: Collection[str] = ()) -> Read:
    """Give the organisation that a text is signed by: 河湾师范学院总务处 is the school's.

    `others` are the agency and the winners, who are named below a text as well.
    """
    for line in reversed(lines[-6:]):
        flat = level(line).strip()
        match = _SIGNED.match(flat) if len(flat) <= 40 else None
        if match and not _SIGNS_FOR_ANOTHER.search(match[0]) and not _OFFICE.match(match[0]):
            words = line.strip()[match.start("purchaser") : match.end("purchaser")]
            if words not in others:
                return Read(words, line.strip())
    return Read()


def in_full(short: Read, signed: Read) -> Read:
    """Give the signature where the title shortens it: 城管局 of 城市管理局."""
    rest = iter(signed.value)
    return signed if short.value and all(c in rest for c in short.value) else short


def in_the_script_of(text: str, read: Read) -> Read:
    """Give a name as the text writes it: some portals put their overviews in the other script."""
    words = fold_script(read.value)
    return Read(words, words) if words != read.value and words in text else read


def number_in_title(title: str) -> Read:
    """Give the code that a title begins with, or that it names in brackets."""
    flat = level(title)
    match = _CODE_FIRST.search(flat) or _CODE_INSIDE.search(flat) or _CODE_LAST.search(flat)
    name = "code" if match and match["code"] else "said"
    words = title[match.start(name) : match.end(name)] if match else ""
    return Read(words, words)


def purchaser_in_title(title: str) -> Read:
    """Give the organisation that a title begins with, behind its code."""
    flat = level(title)
    code = _CODE_FIRST.search(flat)
    before = _BEFORE_PURCHASER.match(flat, code.end() if code else 0)
    start = before.end() if before else 0
    match = _PURCHASER_FIRST.match(flat, start)
    if not match or len(match[0]) < 4:
        return Read()
    words = title[start : match.end()]
    return Read(re.sub(r"(?<=[-—]) +| +", "", words), words)


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
    code = _CODE_FIRST.search(flat)
    for text in (purchaser, title[code.end() :].strip() if code else title):
        match = _REGION.match(level(text))
        if match and match["region"] and not match["region"].endswith(("校区", "园区", "院区")):
            words = text[match.start("region") : match.end("region")]
            return Read(words, words)
    return Read()
