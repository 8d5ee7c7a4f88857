"""Authors, from the lines around a title and from the brackets that open and close a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.names import NO_NAMES, OFFICE, PERSON, PLACES, SURNAMES
from pipelines.charset.script import fold_script

# What follows a name on the same line, without a space before it.
WORDS = (
    "作者|编辑|责编|责任|记者|发布|时间|日期|来源|收集|字号|浏览|点击|阅读|参与|返回|原标题|摄影|"
    "审核|校对|通讯员|发自|供稿|联系|电话|本文|分享|举报|见习|实习|本报|评论员"
)
_NOT = rf"(?!{WORDS}|报道)"
# 鲁一鸣　韦 青　买买提·艾力: behind a label, any word may be a name.
_HAN = rf"(?:{_NOT}[一-鿿·])"
_ANY = rf"(?:{_HAN}{{2,12}}(?<=[一-鿿]{{2}}·[一-鿿]{{2}})|{_HAN}{{2,4}})"
_SPACED = r"(?<![一-鿿])[一-鿿][ \u3000][一-鿿](?![一-鿿])"
_BORNE = rf"(?:{_NOT}{PERSON})"
_AND = r"[ \u3000、,，&/]{1,3}"
_NAMES = rf"(?:{_SPACED}|{_ANY}(?:{_AND}{_ANY}){{0,5}})"
_BORNES = rf"{_BORNE}(?:{_AND}{_BORNE}){{0,5}}"
_STOP = rf"(?=\s|$|[|｜,，;；。】\])）\[(（/]|{WORDS}|报道|\d{{4}}|(?:{PLACES}))"
# A photographer's name is no author's: 记者 鲁一鸣 摄.
_NO_PHOTO = r"(?![\s、]{0,2}(?:摄|图|/摄|制图))"
_REPORTER = "(?:记者|通讯员|评论员|实习生|撰稿人|专栏作者|作者)"
_STAFF = "(?:记者|通讯员|评论员|实习生|专栏作者)"
# What may stand before 记者 behind the first one: 本报记者 鲁一鸣 实习记者 韦青.
_KIND = "(?:本报|本刊|本网|见习|实习|特约|全媒体|融媒体|首席){0,2}"

# One of these stands in each byline: a look for it spares most lines the search for all forms.
_HINT = re.compile(
    r"作者|执笔|采写|撰[稿文]|整理|文字|[图文]\s?[:：/|｜丨、&]|"
    r"记者|通讯员|评论员|实习生|[Bb][Yy][ :：]"
)
# In the order of trust; an example of each.
BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        # 作者：鲁一鸣　【作者】鲁一鸣　作者：方敏北京大学教授　执笔：鲁一鸣 韦青
        rf"(?:(?<!工)(?<!合)作者|执笔人?|采写|撰稿人?|撰文|文字|整理)"
        r"\s*[】\]]?\s*[:：/|｜丨】\]]\s*"
        rf"(?:[一-鿿]{{0,8}}{_REPORTER}\s*)?({_NAMES}){_STOP}",
        # 【文/青岚网专栏作者 鲁一鸣】　文丨特约评论员 韦青　图文/韦青　文/图 韦青
        rf"(?:(?<![一-鿿])图?文\s*[:：/|｜丨]|(?<![一-鿿])文[/、]图\s*[:：/|｜丨]?|"
        rf"(?<![一-鿿])[图文][、/&][文图]\s*[:：/|｜丨])\s*"
        rf"(?:[一-鿿]{{0,14}}{_REPORTER}\s*[:：]?\s*)?(?!图)({_NAMES}){_STOP}",
        # 作者：duscha　作者：夜~Rain
        r"(?<![一-鿿])作者\s*[:：]\s*"
        r"([一-鿿]{0,6}[A-Za-z~_][\w.·~-]{1,20}(?: [A-Z][\w.·-]{1,20}){0,2})(?=\s|$)",
        # （记者 鲁一鸣 通讯员 韦青）
        rf"[（(【\[][^（）()【】]{{0,14}}?{_REPORTER}(?!部)\s*[:：]?\s*({_NAMES})\s*"
        rf"(?={_KIND}{_REPORTER}|[/)）】\]，,；;]){_NO_PHOTO}",
        # 青岚日报记者 鲁一鸣 韦青 河湾报道　记者：鲁一鸣
        rf"{_STAFF}(?:[:：/|｜丨]\s*|\s+)({_BORNES}){_STOP}{_NO_PHOTO}",
        # 本报记者鲁一鸣发自青岚　本报讯 记者鲁一鸣 韦青
        rf"本[报刊台网]{_KIND}记者({_NAMES})"
        rf"(?=发自|报道|[)）】]|\s*$|(?:{PLACES}).{{0,4}}报道)",
        rf"[讯电][ \u3000]{{0,2}}{_KIND}记者({_BORNES})(?=发自|报道|\s*$)",
        # 作者鲁一鸣系青岚大学教授　作者鲁一鸣
        rf"(?:^|[（(])(?:本文)?作者[ \u3000]?({_BORNES})(?=系|为|是|[）)\s]|$)",
        # By 鲁一鸣
        rf"(?:^|\s)[Bb][Yy][ :：]\s*({_BORNES})(?=\s|$)",
    )
)
# 通讯员 after the reporters: （记者 鲁一鸣 通讯员 韦青）
_FURTHER = re.compile(
    rf"^\s*{_KIND}{_REPORTER}\s*[:：]?\s*({_NAMES})(?=\s*[)）】\]，,；;]|\s*$|\s+\S{{2,4}}报道)"
)
_SPLIT = re.compile(r"[ \u3000、,，&/]+")
_BEARER = rf"[{SURNAMES}][一-鿿]{{1,2}}"
# 鲁一鸣　鲁一鸣 2024-03-28 09:12
_BARE = re.compile(
    rf"^(?:文\s*)?({_BEARER}(?:[ 、]{_BEARER}){{0,3}})"
    r"(?:[ |｜·]{1,3}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ \d:]{0,10})?$"
)
# 来源：青岚日报 鲁一鸣
_BESIDE = re.compile(rf"来源\s*[:：]\s*\S{{2,16}}\s+([{SURNAMES}][一-鿿]{{1,2}})$")
# 下游多浇了八百亩地。（鲁一鸣 韦青）　（鲁一鸣 河湾报道）
CLOSING = re.compile(
    rf"(?:[。！？!?…”」]\s*|^)[（(]({_BORNE}(?:{_AND}{_BORNE}){{0,3}})"
    r"(?:\s[一-鿿]{2,4}报道)?[)）]$"
)
_OFFICE = re.compile(OFFICE)
EDGE = 90


def authors_of(
    head: Sequence[str], tail: Sequence[str], under: Sequence[str] = ()
) -> tuple[str, ...]:
    """Read the authors from lines before the text and in it, else a name `under` the title.

    Of a long line only the first and the last EDGE characters are read: a text opens with
    青岚讯（记者 鲁一鸣） and closes with （鲁一鸣 韦青）, and names in its middle are others'.
    """
    edges = [x for line in (*head, *tail) for x in _edges(line)]
    folded = [(flat, x) for x in edges if _HINT.search(flat := fold_script(x))]
    # What a label names stands before what a reporter's name beside a photo or a quote says.
    for pattern in BYLINES:
        for flat, line in folded:
            if (match := pattern.search(flat)) and (names := _names(match, flat, line)):
                return names
    return _bare(under) or _closing(tail)


def _edges(line: str) -> list[str]:
    return [line] if len(line) <= 2 * EDGE else [line[:EDGE], line[-EDGE:]]


def _names(match: re.Match[str], flat: str, line: str) -> tuple[str, ...]:
    found = [line[match.start(1) : match.end(1)]]
    if further := _FURTHER.match(flat[match.end() :]):
        start = match.end()
        found.append(line[start + further.start(1) : start + further.end(1)])
    names = (name for words in found for name in split_names(words))
    return tuple(dict.fromkeys(name for name in names if _is_name(name)))


def split_names(words: str) -> list[str]:
    """Part several names: 鲁一鸣、韦青; one that is set with a space, 韦 青, is one."""
    if len(words) == 3 and words[1] in " \u3000":
        return [words[0] + words[2]]
    return [name for name in _SPLIT.split(words) if name]


def _is_name(word: str) -> bool:
    flat = fold_script(word)
    return flat not in NO_NAMES and not _OFFICE.search(flat)


def _bare(under: Sequence[str]) -> tuple[str, ...]:
    """Take a line that is a person's name alone, or one that stands behind the publisher's."""
    for line in (x for x in under if len(x) <= EDGE):
        flat = fold_script(line)
        if (match := _BARE.match(flat) or _BESIDE.search(flat)) and match[1] not in NO_NAMES:
            words = line[match.start(1) : match.end(1)]
            return tuple(name for name in _SPLIT.split(words) if name)
    return ()


def _closing(tail: Sequence[str]) -> tuple[str, ...]:
    """Take the names in the brackets that close a text."""
    for line in reversed(tail):
        edge = line[-EDGE:]
        if edge.endswith((")", "）")) and (match := CLOSING.search(fold_script(edge))):
            names = split_names(edge[match.start(1) : match.end(1)])
            if all(map(_is_name, names)):
                return tuple(names)
    return ()
