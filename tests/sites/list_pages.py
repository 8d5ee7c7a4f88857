"""List pages that the tests of discovery write."""

SITE = "http://www.qingshan.gov.cn"
LIST = f"{SITE}/zwgk/tzgg/index.html"

TITLES = (
    "关于做好青山县春季森林防火工作的通知",
    "青山县召开乡村道路养护工作推进会",
    "青山县2024年第一批公益性岗位招聘公告",
    "县图书馆春节期间开放时间安排",
    "柳河镇开展农田水利设施检查",
)
ARTICLES = tuple(f"{SITE}/zwgk/tzgg/202403/t2024030{n}_10{n}.html" for n in range(1, 6))

NAV = """<div class="nav"><ul>
<li><a href="/">首页</a></li><li><a href="/zwgk/index.html">政务公开</a></li>
<li><a href="/zwgk/tzgg/index.html">通知公告</a></li>
<li><a href="/hdjl/index.html">互动交流</a></li>
<li><a href="/ldzc/c1024/">县领导之窗</a></li></ul></div>"""
FOOTER = """<div class="footer"><a href="/about/10001.html">关于本站</a>
<a href="/about/10002.html">网站地图和使用帮助说明</a>
<a href="http://www.beian.example/">备案号</a></div>"""


def items(pattern: str) -> str:
    rows = zip(ARTICLES, TITLES, strict=True)
    return "\n".join(
        pattern.format(url=url, title=title, day=n) for n, (url, title) in enumerate(rows, 1)
    )


def page(content: str) -> str:
    return f"<html><body>{NAV}<div class='main'>{content}</div>{FOOTER}</body></html>"


MODERN = (
    "<ul class='news'>" + items("<li><a href='{url}'>{title}</a><i>03-0{day}</i></li>") + "</ul>"
)
TABLE = "<table>" + items("<tr><td><a href='{url}'>{title}</a><td>2024-03-0{day}</tr>") + "</table>"
