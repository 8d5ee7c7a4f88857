"""What the sentences of a notice say: 受某局委托，某公司就某项目进行公开招标."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.purchasers import NAME, ORGANISATION, SIGNS_FOR_ANOTHER
from pipelines.boilerplate.notices.said import ASIDE, QUOTES, Read

_COMMISSIONED = (
    re.compile(
        r"(?:受|^)\s*(?P<purchaser>[^,。;]{2,40}?)\s*(?:\([^()]*\))?的?委托,?\s*(?P<agency>[一-鿿()]{4,40}?(?:公司|中心|事务所|机构))"
        r"\s*(?:\([^()]*\))?(?:,|现|拟|就|对|将|于|组织|作为|以|按|根据|采用|以下)"
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
    re.compile(rf"^(?P<purchaser>{NAME})(?:组织)?(?:招标|采购)的"),
    re.compile(rf"(?:^|[。;,])(?P<purchaser>{NAME})(?:联系人|联系电话)\s*:"),
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
    rf"(?:因.{{2,30}}需要,)?(?P<purchaser>[一-鿿]{{2,20}}?{ORGANISATION}(?:图书馆|[一-鿿]{{2,6}}[处部院科])?)"
    r"(?:拟|现|将|现拟|计划|决定|就|对).{0,40}(?:采购|招标|询价|比选|磋商|谈判|报价)"
)
_SENTENCES = (
    *(*_COMMISSIONED, *_PURCHASED),
    *(_PROJECT_BEFORE_CODE, _CODE, _CODE_BEHIND, _CODE_OF_PAPERS, _OURS),
)
_NO_NAME = re.compile(r"^[我本该各受由经为因请]|委托|评审|上述|以下")


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
                value = ASIDE.sub("", words).translate(QUOTES).strip(" 《》")
                if name == "purchaser" and (
                    _NO_NAME.search(value) or SIGNS_FOR_ANOTHER.search(value)
                ):
                    continue
                if name == "project" and value in ("本项目", "该项目", "上述项目", "以下项目"):
                    continue
                found.setdefault(name, Read(value, words))
    return found
