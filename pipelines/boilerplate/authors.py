"""Authors, from the lines around a title and from the brackets that open and close a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.charset.script import fold_script

# What follows a name on the same line, without a space before it.
WORDS = (
    "作者|编辑|责编|责任|记者|发布|时间|日期|来源|收集|字号|浏览|点击|阅读|参与|返回|原标题|摄影|"
    "审核|校对|通讯员|发自|供稿|联系|电话|本文|分享|举报"
)
# The commonest surnames, of one character each.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝"
    "龚邵万钱严覃武戴莫孔向汤"
)
# A menu's entries that begin as names do.
_ORDINARY = (
    "高考 高校 高清 高端 高铁 高层 高管 高速 金融 金额 金属 方案 方法 方面 方便 "
    "马上 万象 江苏 江西 江南 江湖 石油 白酒 白银 田园 龙江 武汉 武术 任务 范围 "
    "程序 严重 严正 向上 向前 陆军 夏天 黄金 黄页 林业 雷达 段落 段子 钱包 毛利 "
    "宋体 顾问 贺词 史料 史记 常识 马拉松 高尔夫 秦皇岛 黄石市 "
)
NO_NAMES = frozenset(("翻译", "编译", *_ORDINARY.split()))
PLACES = (
    "中国|中共|国家|全国|北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|"
    "山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|香港|"
    "澳门|台湾|南京|武汉|广州|深圳|杭州|清华|复旦|南开"
)
_NOT = rf"(?!{WORDS}|报道)"
_PERSON = rf"(?:{_NOT}[一-鿿·]){{2,4}}"
_NAMES = rf"{_PERSON}(?:[ \u3000、,，&/]{{1,3}}{_PERSON}){{0,5}}"
_STOP = rf"(?=\s|$|[|｜,，;；。】\])）\[(（/]|{WORDS}|报道|\d{{4}}|(?:{PLACES}))"
# A photographer's name is no author's: 记者 张三 摄.
_NO_PHOTO = r"(?![\s、]{0,2}(?:摄|图|/摄|制图))"
_REPORTER = "(?:记者|通讯员|评论员|实习生|撰稿人|专栏作者|作者)"
_STAFF = "(?:记者|通讯员|评论员|实习生|专栏作者)"

# In the order of trust; an example of each.
BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        # 作者：鲁一鸣　作者：方敏北京大学教授　执笔：鲁一鸣 韦青
        rf"(?:(?<!工)(?<!合)作者|执笔人?|采写|撰稿人?|撰文)\s*[:：/|丨]\s*"
        rf"(?:[一-鿿]{{0,8}}{_REPORTER}\s*)?({_NAMES}){_STOP}",
        # 文/鲁一鸣　【文/青岚网专栏作者 鲁一鸣】　文丨青岚时评特约评论员 韦青
        rf"(?<![一-鿿])文\s*[:：/|｜丨]\s*(?:[一-鿿]{{0,14}}{_REPORTER}\s*[:：]?\s*)?({_NAMES}){_STOP}",
        # 作者：duscha
        r"(?<![一-鿿])作者\s*[:：]\s*([A-Za-z][\w.·-]{1,20}(?: [A-Z][\w.·-]{1,20}){0,2})(?=\s|$)",
        # （记者 鲁一鸣 通讯员 韦青）
        rf"[（(【\[][^（）()【】]{{0,14}}?{_REPORTER}\s*[:：]?\s*({_NAMES})\s*"
        rf"(?={_REPORTER}|[/)）】\]，,；;]){_NO_PHOTO}",
        # 青岚日报记者 鲁一鸣　记者：鲁一鸣 韦青
        rf"{_STAFF}(?:[:：/]\s*|\s+)({_NAMES}){_STOP}{_NO_PHOTO}",
        # 本报记者鲁一鸣发自青岚
        rf"本[报刊台网]记者({_NAMES})(?=发自|报道|[)）】]|\s*$)",
    )
)
# 通讯员 after the reporters, in one pair of brackets: （记者 鲁一鸣 通讯员 韦青）
_FURTHER = re.compile(rf"^\s*(?:本报)?{_REPORTER}\s*[:：]?\s*({_NAMES})(?=\s*[)）】\]，,；;]|\s*$)")
_SPLIT = re.compile(r"[ \u3000、,，&/]+")
_BORNE = rf"[{SURNAMES}][一-鿿]{{1,2}}"
_BARE = re.compile(rf"^(?:文\s*)?({_BORNE}(?:[ 、]{_BORNE}){{0,3}})$")
# 来源：青岚日报 鲁一鸣
_BESIDE = re.compile(rf"来源\s*[:：]\s*\S{{2,16}}\s+([{SURNAMES}][一-鿿]{{1,2}})$")
EDGE = 90


def authors_of(
    head: Sequence[str], tail: Sequence[str], under: Sequence[str] = ()
) -> tuple[str, ...]:
    """Read the authors from lines before the text and in it, else a name `under` the title.

    Of a long line only the first and the last EDGE characters are read: a text opens with
    青岚讯（记者 鲁一鸣） and closes with （鲁一鸣 韦青）, and names in its middle are others'.
    """
    edges = [x for line in (*head, *tail) for x in _edges(line)]
    folded = [(fold_script(x), x) for x in edges]
    # What a label names stands before what a reporter's name beside a photo or a quote says.
    for pattern in BYLINES:
        for flat, line in folded:
            if match := pattern.search(flat):
                return _names(match, flat, line)
    return _bare(under)


def _edges(line: str) -> list[str]:
    return [line] if len(line) <= 2 * EDGE else [line[:EDGE], line[-EDGE:]]


def _names(match: re.Match[str], flat: str, line: str) -> tuple[str, ...]:
    found = [line[match.start(1) : match.end(1)]]
    if further := _FURTHER.match(flat[match.end() :]):
        start = match.end()
        found.append(line[start + further.start(1) : start + further.end(1)])
    names = (name for words in found for name in _SPLIT.split(words))
    return tuple(dict.fromkeys(name for name in names if name and name not in NO_NAMES))


def _bare(under: Sequence[str]) -> tuple[str, ...]:
    """Take a line that is a person's name alone, or one that stands behind the publisher's."""
    for line in under:
        flat = fold_script(line)
        if (match := _BARE.match(flat) or _BESIDE.search(flat)) and match[1] not in NO_NAMES:
            words = line[match.start(1) : match.end(1)]
            return tuple(name for name in _SPLIT.split(words) if name)
    return ()
