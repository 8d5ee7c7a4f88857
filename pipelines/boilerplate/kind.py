"""What a page is, before anything is taken from it."""

from __future__ import annotations

import re

from crawler.items import Kind

CHALLENGE = re.compile(
    r"正在(验证|检查|检测)您?的?浏览器|checking your browser|just a moment|"
    r"安全(验证|检查)|请完成.{0,6}验证|访问(过于|太)?频繁|"
    r"enable javascript and cookies|创宇盾|云锁|waf|人机验证|滑动验证",
    re.I,
)
ERROR = re.compile(
    r"^\s*(404|403|50[0-4])\b|页面(不存在|未找到|没有找到|已删除)|not found|"
    r"找不到(页面|文件)|出错了",
    re.I,
)

SHORT = 400
LINKED = 0.6


def kind_of(title: str, visible: str, linked: int, prose: int, scripts: int) -> Kind:
    """Name a page from its title, visible text, and counts of characters.

    `linked` stand in links, `prose` in paragraphs, `scripts` counts script elements.
    """
    length = len(visible)
    if length < SHORT and CHALLENGE.search(title + visible):
        return "challenge"
    if length < SHORT and ERROR.search(title):
        return "error"
    if length < 20:
        return "shell" if scripts else "empty"
    if linked > LINKED * length and prose < 80:
        return "list"
    return "article"
