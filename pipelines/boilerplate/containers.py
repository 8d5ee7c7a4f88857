"""The names by which content management systems mark an article's body, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.boilerplate.page import Block, PageLines


@dataclass(frozen=True, slots=True)
class Container:
    """A class or id of a body, as a pattern of the whole word, and one that sites bear."""

    system: str
    name: str
    example: str


CONTAINERS = (
    Container("TRS WCM", "trs_u?editor(_view)?", "TRS_Editor"),
    Container("TRS WCM", "custom_unionstyle", "Custom_UnionStyle"),
    Container("gov.cn", "ucap-content", "UCAP-CONTENT"),
    Container("Hanweb JCMS", "zoom(con)?", "zoom"),
    Container("Hanweb JCMS", "bt_content|main-txt", "bt_content"),
    Container("Visual SiteBuilder", r"vsb_content(_\d+)*|v_news_content", "vsb_content_2"),
    Container("Sudy WebPlus", "wp_articlecontent", "wp_articlecontent"),
    Container("WeChat", "js_content|rich_media_content", "js_content"),
    Container("ccgp.gov.cn", "vf_detail_content(_container)?", "vF_detail_content"),
    Container("NetEase", "endtext|post_(body|text)", "endText"),
    Container("Sina", "artibody", "artibody"),
    Container("Sohu", "mp-editor", "mp-editor"),
    Container("Tencent", "cnt-main-article-qq|content-article", "Cnt-Main-Article-QQ"),
    Container("iFeng", "artical_real|main_content", "artical_real"),
    Container("People's Daily", "rm_txt_con|rwb_zw|ozoom", "rm_txt_con"),
    Container("Xinhua", "p-detail|span-detail", "p-detail"),
    Container("China News Service", "left_zw", "left_zw"),
    Container("CCTV", "content_area|cnt_bd", "content_area"),
    Container("WordPress", "(entry|post)-content", "entry-content"),
    Container("Discuz portal", "article_content", "article_content"),
    Container("PHPCMS", "show-content", "show-content"),
    Container("home-made", "(the)?(article|news)[-_]?(content|text|body|txt|con)", "newsContent"),
    Container("home-made", "(content|detail|text)[-_]?(content|text|txt|con|main)", "content_txt"),
)
_NAMED = re.compile(rf"(?<!\S)({'|'.join(c.name for c in CONTAINERS)})(?!\S)", re.I)


def is_container(name: str) -> bool:
    """Tell the name (classes and id) of a body."""
    return bool(_NAMED.search(name))


def named_body(page: PageLines) -> list[int]:
    """Give the lines of the block that is named as a body, of several the one of most prose."""
    best: Block | None = None
    waiting = [page.root]
    while waiting:
        block = waiting.pop()
        if block.apart or (best and block.prose < best.prose):
            continue
        if is_container(block.name) and (best is None or block.prose >= best.prose):
            best = block
        waiting += block.children
    return page.own_numbers(best) if best else []
