"""Who buys, where no label says it: organisations in titles and signatures."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.numbers import CODE_FIRST
from pipelines.boilerplate.notices.said import Read

ORGANISATION = (
    r"(?:大学|学院|书院|学校|中学|(?<!中)小学|幼儿园|医院|卫生院|保健院|疗养院|敬老院|福利院|委员会|人民政府(?!办)|办事处|公司|"
    r"管理处|研究院|设计院|研究所|看守所|戒毒所|检察院|法院|监狱|人民政府办公[室厅]|[书物案化术技育仪念览]馆|党校|"
    r"支队|总队|大队|[一-鿿]局|[一-鿿]{2}厅|[一-鿿]{2}中心|气象台|电视台|供电所|联合社|(?:管理|检验|监督|检测|执法|保护|收费|救助|服务|水文|防疫|推广|工作)[站所]|"
    r"合作社|(?:农商|商业|村镇|工商|农业|建设|储蓄)银行|分行|集团|出版社|总厂|电厂)"
    r"(?![路街道楼区巷桥])"
)
NAME = rf"[一-鿿]{{2,20}}?{ORGANISATION}"
_PURCHASER_FIRST = re.compile(
    rf"(?P<place>[一-鿿]{{2}})[一-鿿()·]{{0,22}}?{ORGANISATION}"
    rf"(?:(?=(?P=place)){NAME}|[-—、 ]{{1,2}}{NAME}|附属[一-鿿]{{0,6}}(?:医院|中学|小学|学校)|"
    rf"[一-鿿]{{2,8}}(?:支队|总队|大队|分局|分院|分公司))*"
)
# [公开招标]某校…, 关于取消某校…: what stands before the purchaser.
_BEFORE_PURCHASER = re.compile(
    r"(?:[ \])】,:-]|[(\[【][^()\[\]【】]{1,12}[)\]】]|"
    r"关于|取消|终止|中止|推迟|延期|变更|更正|公布|招标|采购|询价)*"
)
# 后勤管理处, which does not say whose.
_OFFICE = re.compile(
    r"^(?:后勤|国有资产|国资|资产|网络|信息|招标|采购|招投标|设备|实验室|基建|保卫|总务|教务|科研|财务|图书馆|校园|工会|人事|院办|"
    r"校办|宣传|综合|办公室|物资|项目)"
)
_SIGNED = re.compile(
    rf"^(?:(?:采购|招标|询价|比选)(?:人|单位)\s*)?(?P<purchaser>[一-鿿()]{{2,24}}?{ORGANISATION})"
    r"(?:[一-鿿]{2,12}(?:处|部|科|室|中心|办公室|办|院|馆|工会|组))?"
    r"(?:(?:[校院处局]长|主任)\s*[一-鿿]{2,4}\s*(?:谨启|敬启|启)?)?"
    r"\s*(?:\([^()]{0,8}\))?\s*(?:\d{4}[年./-].*)?$"
)
SIGNS_FOR_ANOTHER = re.compile(
    r"(?:招标|代理|咨询|造价|拍卖|采购服务|交易|项目管理)[一-鿿()]{0,8}(?:公司|中心|所)"
)


def signed_by(lines: Sequence[str], others: Collection[str] = ()) -> Read:
    """Give the organisation that a text is signed by: 河湾师范学院总务处 is the school's.

    `others` are the agency and the winners, who are named below a text as well.
    """
    for line in reversed(lines[-6:]):
        flat = level(line).strip()
        match = _SIGNED.match(flat) if len(flat) <= 40 else None
        if match and not SIGNS_FOR_ANOTHER.search(match[0]) and not _OFFICE.match(match[0]):
            words = line.strip()[match.start("purchaser") : match.end("purchaser")]
            if words not in others:
                return Read(words, line.strip())
    return Read()


def in_full(short: Read, signed: Read) -> Read:
    """Give the signature where the title shortens it: 城管局 of 城市管理局."""
    rest = iter(signed.value)
    return signed if short.value and all(c in rest for c in short.value) else short


def purchaser_in_title(title: str) -> Read:
    """Give the organisation that a title begins with, behind its code."""
    flat = level(title)
    code = CODE_FIRST.search(flat)
    before = _BEFORE_PURCHASER.match(flat, code.end() if code else 0)
    start = before.end() if before else 0
    match = _PURCHASER_FIRST.match(flat, start)
    if not match or len(match[0]) < 4:
        return Read()
    words = title[start : match.end()]
    return Read(re.sub(r"(?<=[-—]) +| +", "", words), words)
