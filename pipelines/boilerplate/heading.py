"""The title of an article: what <title>, the headings and the lines above the text agree on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.lines import is_prose, key_of
from pipelines.boilerplate.rules import TAIL_HEADS
from pipelines.boilerplate.title import LONGEST, SITE_WORDS, without_site_name
from pipelines.charset.script import fold_script

_NOTICE = re.compile(
    r"^(?!.*[/>»：:|]).{5,80}(公告|公示|通知|通告|公开|意向|结果|启事|函)([（(].{1,12}[)）])?$"
)
_SEPARATOR = re.compile(r"\s*[-_|—–·]")
_SITE_FIRST = re.compile(r"^.{2,24}(?:\s[-|—–·]|_)\s*$")
_SITE_THEN = re.compile(r"^(.{2,24}?)\s*[-_|—–·:：]+\s*$")
# 渡槽补好了 下游多...-青岚新闻网
_CUT = re.compile(r"^(.{6,}?)\s*(?:\.{3}|…)")
# 文章详情　新闻内容页　中标公告详细页面　无标题文档
_GENERIC = re.compile(
    r"^[一-鿿]{0,10}(?:详细|详情|正文|内容)(?:页面?|信息|内容)?$|"
    r"(?:采购|交易|招标|招投标|服务)(?:系统|中心|办|办公室)$|"
    # 竞争性磋商结果公告　答疑澄清　政府采购意向公开
    r"^(?:政府|公开|竞争性|招标|采购|中标|成交|决标|更正|变更|终止|废标|流标|结果|合同|磋商|谈判|询价|比选|"
    r"单一来源|答疑|澄清|意向|候选人|公告|公示|信息|通知)+$|^[一-鿿]{2,10}(?:标案|标讯|资讯|信息)[一-鿿]{0,3}站$|"
    r"^(?:无标题文档|首页|untitled( document)?|document|article|detail)$",
    re.I,
)
_BYLINE = re.compile(
    r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}|(?:来源|稿源|作者|发布时间|发布日期)\s*[:：]"
)
# What stands over a byline, but is no title.
_NO_TITLE = re.compile(
    r"[:：>»|｜]|位置|^[（(【\[].*[)）】\]]$|今天是|字号|分享|收藏|打印|登录|搜索"
)
SHORTEST, SHORTEST_LINE, LONGEST_LINE = 4, 6, 60
LONGEST_SITE = 24
HEAD, ABOVE, TOP, LONGEST_NAME = 80, 4, 2, 12


def best_title(titles: Sequence[str], page: Sequence[str]) -> str:
    """Take the heading that <title> begins with; else <title> without the site's name.

    Where <title> names only the site, its section or the kind of page, take what is visible.
    """
    if not titles:
        return next((line for line in page if len(line) >= 8), "")
    shown, headings = titles[0], titles[1:]
    whole = key_of(shown)
    if _says_nothing(shown, page) and (visible := _visible(shown, headings, page)):
        return without_site_name(visible, page)
    named = [h for h in headings if len(key_of(h)) >= 5 and key_of(h) in whole]
    named = [h for h in named if not SITE_WORDS.search(fold_script(h))] or named
    if named:  # the longest: an unescaped quote cuts the value of og:title
        return without_site_name(max(named, key=len), page)
    for line in page[:HEAD]:
        if len(line) >= 8 and shown.startswith(line) and _SEPARATOR.match(shown[len(line) :]):
            return without_site_name(line, page)
        if len(line) >= 8 and shown.endswith(line) and _is_site(shown[: -len(line)]):
            return line
    return _uncut(shown, headings, page) or without_site_name(shown, page)


def _is_site(prefix: str) -> bool:
    if _SITE_FIRST.search(prefix):
        return True
    match = _SITE_THEN.search(prefix)
    return bool(match and SITE_WORDS.search(fold_script(match[1])))


def _uncut(shown: str, headings: Sequence[str], page: Sequence[str]) -> str:
    """Find the whole of a title that <title> cuts: 渡槽补好了 下游多..."""
    if not (match := _CUT.search(shown)):
        return ""
    # On a microblog, the whole post begins as its <title> does.
    lines = (x for x in (*headings, *page[:HEAD]) if len(match[1]) < len(x) <= LONGEST_LINE)
    return next((x for x in lines if x.startswith(match[1]) and not _CUT.search(x)), "")


def _says_nothing(shown: str, page: Sequence[str]) -> bool:
    """Tell a <title> that names no article: 青岚新闻网, 水利新闻-青岚新闻网, 文章详情.

    What stands right over the byline is the article's own title, whatever it ends in.
    """
    if len(shown) > LONGEST:
        return False
    if len(shown) <= LONGEST_NAME and key_of(shown) in map(key_of, page[:TOP]):
        return True  # what stands at the top of all pages
    parts = [p for p in re.split(r"\s*[-_|—–·]+\s*", fold_script(shown)) if p]
    if not all(_GENERIC.search(p) or _names_site(p) for p in parts):
        return False
    return key_of(shown) not in map(key_of, _above_byline(page[:HEAD])[-1:])


def _names_site(part: str) -> bool:
    short = len(part) <= LONGEST_SITE and " " not in part
    return short and (len(part) <= SHORTEST or bool(SITE_WORDS.search(part)))


def _visible(shown: str, headings: Sequence[str], page: Sequence[str]) -> str:
    """Find the title on a page: a heading that stands there before the text, or what stands over
    the first byline.
    """
    # A notice's title may end as sentences do: …澄清公告(第二次).
    prose = (i for i, line in enumerate(page) if is_prose(line) and not _NOTICE.search(line))
    text = next(prose, len(page))
    before = page[:text]
    lines = {key_of(line) for line in before if len(line) <= LONGEST}
    site = key_of(shown)
    for heading in headings:
        key = key_of(heading)
        fits = key in lines and key not in site and SHORTEST <= len(heading) <= LONGEST
        if fits and not TAIL_HEADS.search(fold_script(heading)) and not _names_site(heading):
            return heading
    notice = next((line for line in before[:HEAD] if _NOTICE.search(line)), "")
    if not notice and _NOTICE.search(shown) and site in lines:
        return ""  # 采购结果公告 is all the title that there is
    return notice or next((x for x in reversed(_above_byline(before)) if _may_title(x, site)), "")


def _above_byline(lines: Sequence[str]) -> Sequence[str]:
    for index, line in enumerate(lines):
        if len(line) <= 100 and _BYLINE.search(fold_script(line)):
            return lines[max(0, index - ABOVE) : index]
    return ()


def _may_title(line: str, site: str) -> bool:
    if not SHORTEST_LINE <= len(line) <= LONGEST_LINE or key_of(line) in site:
        return False
    flat = fold_script(line)
    return not _NO_TITLE.search(flat) and not SITE_WORDS.search(flat)
