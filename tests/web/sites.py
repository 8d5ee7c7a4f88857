"""What each replica site is: hosts, charset, date line, pager and the stories it carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.web.content import Draft
from tests.web.damage import spin

SPAM_SIMPLIFIED = (
    "亚洲无码久久精品国产在线观看|欧美日韩一区二区三区视频|国产成人AV无码专区亚洲|久久久中文字幕日产无码|"
    "亚洲精品国产综合久久|日韩欧美无码高清免费|国产乱码精品一区二区三区|亚洲午夜福利在线影院|"
    "久久亚洲AV无码西西人体|中文字幕亚洲综合久久|国产偷拍精品视频区|亚洲AV永久无码精品一区|"
    "最新国产精品亚洲二区|无码人妻久久一区二区|亚洲色大成网站永久网站"
)


@dataclass(frozen=True)
class SiteSpec:
    """One replica site; `topics` are its stories, `info` its date line, `when` what that says."""

    name: str
    hosts: tuple[str, ...]
    label: str
    encoding: str
    charset: str
    content_type: str
    index: str
    shape: str
    topics: tuple[str, ...]
    info: Callable[[Draft], str]
    when: Callable[[Draft], str | None]
    publisher: Callable[[Draft], str] = lambda draft: ""
    pager: str = "link"
    traditional: bool = False
    secret: str = "/member/"
    feed: str = ""
    sitemap: str = ""
    cookie: bool = False
    compress: bool = False
    dated: bool = False
    regional: bool = False

    @property
    def root(self) -> str:
        """The site's address without a port."""
        return f"http://{self.hosts[0]}"

    def word(self, text: str) -> str:
        """Furniture in the site's own script."""
        return spin(text) if self.traditional else text


def _minute(draft: Draft) -> str | None:
    return draft.at.strftime("%Y-%m-%dT%H:%M:00+08:00")


def _second(draft: Draft) -> str | None:
    return draft.at.strftime("%Y-%m-%dT%H:%M:%S+08:00")


def _day(draft: Draft) -> str | None:
    return draft.at.strftime("%Y-%m-%d")


def _fans_day(draft: Draft) -> str | None:
    return None if undated(draft) else _day(draft)


def undated(draft: Draft) -> bool:
    """Some pages of the mirror site show `日期:` with nothing behind it."""
    return draft.at.minute % 4 == 0


def _qcdy_info(d: Draft) -> str:
    return f"发布时间:{d.at:%Y-%m-%d %H:%M}　来源:{d.office}卫生信息　编辑:{d.editor}"


def _tender_info(d: Draft) -> str:
    return f"所在地区: {d.region} 发布日期: {d.at.year}年{d.at.month}月{d.at.day}日"


def _paper(d: Draft) -> str:
    return d.office if d.genuine else f"{d.office}晚报网"


def _observer_info(d: Draft) -> str:
    paper = _paper(d)
    return f"{paper if d.genuine else spin(paper)} | {d.at:%Y-%m-%d %H:%M:%S}"


def _fans_info(d: Draft) -> str:
    date = "" if undated(d) else f"{d.at:%Y-%m-%d}"
    return f"日期:{date} 来源:健康{d.office}收集编辑:健康{d.office}"


def _express_info(d: Draft) -> str:
    return f"时间:{d.at:%Y-%m-%d %H:%M:%S}"


_ALL = (
    SiteSpec(
        "qcdy", ("www.qcdy.com",), "全程导医网", "gb18030", "gb2312", "text/html", "/news/",
        "/article/{id}.html",
        ("医院", "中医", "防疫", "养老") * 3, _qcdy_info, _minute, lambda d: f"{d.office}卫生信息",
    ),
    SiteSpec(
        "jszhaobiao", ("www.jszhaobiao.com",), "建设招标网", "utf-8", "utf-8",
        "text/html; charset=utf-8", "/kuaixun/", "/kuaixun/{id}.html",
        ("学校", "桥路", "水厂", "旧区") * 3, _tender_info, _day, pager="script", cookie=True,
        regional=True,
    ),
    SiteSpec(
        "guanchajia", ("www.guanchajia.example",), "观察家网", "utf-8", "utf-8", "text/html",
        "/zhuanti/", "/zhuanti/{y}/{md}/{id}.html",
        ("农业", "文博", "企业", "公交", "体育", "医院", "农业", "文博", "企业"),
        _observer_info, _second, _paper, traditional=True,
    ),
    SiteSpec(
        "fuwufensi", ("www.fuwufensi.example",), "服务粉丝", "utf-8", "utf-8",
        "text/html; charset=utf-8", "/gushi/", "/a/{y}{md}/{id}.html",
        (
            "养老", "农业", "消防", "文博", "学校", "体育",
            "中医", "农业", "消防", "文博", "防疫", "体育",
        ),
        _fans_info, _fans_day, lambda d: f"健康{d.office}", pager="numbers",
        sitemap="/sitemap.xml", compress=True, dated=True,
    ),
    SiteSpec(
        "kuaixun", ("www.kuaixun.example",), "每日快讯", "utf-8", "utf-8",
        "text/html; charset=gbk", "/roll/", "/html/{id}.html",
        (
            "理财", "厨房", "消防", "公交", "企业", "理财",
            "体育", "厨房", "消防", "公交", "企业", "理财",
        ),
        _express_info, _second, pager="query", feed="/rss.xml", dated=True,
    ),
    SiteSpec(
        "xuanran", ("www.xuanran.example",), "渲染网", "utf-8", "utf-8",
        "text/html; charset=utf-8", "/list.html", "/p/{id}.html",
        ("文博", "公交", "企业", "厨房"), _express_info, _second, pager="none",
    ),
)  # fmt: skip
SITES = {site.name: site for site in _ALL}
LAYOUTS = ("table", "modern")
FORBIDDEN_TOPICS = dict(zip(SITES, ("旧区", "桥路", "水厂", "公交", "理财", "厨房"), strict=True))


def start_urls(site: str) -> list[str]:
    """The list page at which a crawl of `site` begins."""
    return [SITES[site].root + SITES[site].index]


def feed_url(site: str) -> str | None:
    """The site's RSS feed, if it has one."""
    spec = SITES[site]
    return spec.root + spec.feed if spec.feed else None


def sitemap_url(site: str) -> str | None:
    """The site's sitemap, if it has one."""
    spec = SITES[site]
    return spec.root + spec.sitemap if spec.sitemap else None
