"""The blocks around the articles, after each site's model: adverts, spam, hidden links, footers."""

from __future__ import annotations

from collections.abc import Sequence

from tests.web.damage import annotate, readings, spin
from tests.web.layouts import Entry, Links, Note, Story
from tests.web.sites import SPAM_SIMPLIFIED, SiteSpec
from tests.web.stories import Piece

SPAM = SPAM_SIMPLIFIED.split("|")
MENUS = {
    "qcdy": "首页 医院大全 卫生信息 专家门诊 健康问答 关于我们",
    "jszhaobiao": "首页 企业 人员 项目 信用 会员服务",
    "guanchajia": "手机版 网站导航 专题 财经 健康 产业资讯",
    "fuwufensi": "首页 情感 故事 生活 职场 联系我们",
    "kuaixun": "首页 国内 财经 生活 旅游 网站地图",
    "xuanran": "首页 动态 关于",
}
FEET = {
    "qcdy": ("全程导医网 版权所有 未经授权请勿转载", "浙ICP备00000001号 客服电话:0570-0000000"),
    "jszhaobiao": ("深耕工程信息第十八年", "咨询热线:4000-000-000 京ICP备00000002号"),
    "guanchajia": ("关于我们 广告服务 联系方式", "观察家网 版权所有 Copyright 2023"),
    "fuwufensi": ("我们一直在努力", "服务粉丝 内容来自公众号 如有侵权请联系删除"),
    "kuaixun": ("每日快讯 投稿邮箱 tougao@kuaixun.example", "鄂ICP备00000003号"),
    "xuanran": ("渲染网 技术支持",),
}
MEMBERSHIP = (
    "注册会员 享受贴心服务",
    "标讯查询服务",
    "帮您掌握各省市拟建、在建工程的最新动态,第一时间联系到项目负责人。",
    "标讯定制服务",
    "按您选定的地区和专业挑选标讯,及时发送到指定的手机和邮箱。",
    "咨询热线:4000-000-000",
)
STATEMENT = (
    "本站声明",
    "近期有人冒充本站人员,自称“某资质平台主任”,经核实与本站没有任何关系,请勿转账,遇到此类来电请直接报警。",
    "本站服务电话为:4000-000-000 办公地址:北京市某区某路九号院内",
)


def lists(spec: SiteSpec, others: Sequence[Piece]) -> list[Links]:
    """The side lists: hot, latest and, on the aggregators, a section's headlines."""
    latest = [entry(piece, dated=False, teaser=spec.dated) for piece in others[:6]]
    hot = [entry(piece, dated=False) for piece in others[::3][:5]]
    section = [entry(piece, dated=False) for piece in others[1::4][:4]]
    heads = {"fuwufensi": ("热门文章", "最新文章", "猜你喜欢"), "kuaixun": ("热点", "最新", "旅游")}
    hot_head, latest_head, last = heads.get(spec.name, ("点击排行", "最新发布", "推荐阅读"))
    return [
        Links("hot", spec.word(hot_head), hot),
        Links("latest", spec.word(latest_head), latest),
        Links("related", spec.word(last), section),
    ]


def entry(piece: Piece, *, dated: bool, teaser: bool = False) -> Entry:
    """A link to a piece as the site's lists show it."""
    at = piece.draft.at
    says_nothing = piece.draft.paragraphs and piece.state == "article"
    summary = piece.paragraphs[0][:46] if teaser and says_nothing else ""
    return Entry(piece.path, piece.affixed, f"{at:%Y-%m-%d}" if dated else "", summary)


def story(spec: SiteSpec, piece: Piece, others: Sequence[Piece]) -> Story:
    """The article column of a site's page."""
    draft = piece.draft
    info = spec.info(draft) if draft.paragraphs else ""
    if spec.name == "qcdy":
        return _portal(spec, piece, info)
    if spec.name == "jszhaobiao":
        return Story(
            piece.title, info, piece.paragraphs, before=("建设快讯正文",),
            begin="ZJEG_RSS.content.begin<br>\n", end="<br>\nZJEG_RSS.content.end",
            after=(
                Note("note", (f"按照公开的原则,本条信息委托{spec.label} {spec.hosts[0]} 发布",)),
                Note("advert", MEMBERSHIP), Note("disclaimer", STATEMENT),
            ),
        )  # fmt: skip
    if spec.name == "guanchajia":
        return _observer(spec, piece, info)
    if spec.name == "fuwufensi":
        related = Links(
            "related", "相关阅读", [entry(p, dated=False, teaser=True) for p in others[2:7]]
        )
        return Story(piece.title, info, piece.paragraphs, after=(related,))
    if spec.name == "kuaixun":
        tags = Links("tags", "标签：", [Entry("/roll/", tag) for tag in draft.tags])
        before = ("（资料图片仅供参考）", draft.title)
        return Story(f"{piece.affixed}-{spec.label}", info, piece.paragraphs, before, after=(tags,))
    return Story(piece.title, info, piece.paragraphs)


def _portal(spec: SiteSpec, piece: Piece, info: str) -> Story:
    lead = f"{spec.label} {piece.draft.office}卫生信息:"
    hotline = f"{piece.draft.office}导医热线:0570-{8000000 + len(piece.path) * 7919}"
    after = [Note("note", (hotline,))]
    if piece.damages:
        info, lead, hotline = (annotate(s, readings(s)) for s in map(spin, (info, lead, hotline)))
        after = [Note("note", (hotline,)), Note("spam", (",".join(SPAM[:6]),))]
    return Story(piece.title, info, piece.paragraphs, before=(lead,), after=after)


def _observer(spec: SiteSpec, piece: Piece, info: str) -> Story:
    word = spec.word
    tags = [
        Entry("/zhuanti/", word(t)) for t in (*piece.draft.tags, "观察家网", "新媒体", "产业资讯")
    ]
    after: list[Links | Note] = [Links("tags", word("标签：") + word("标签："), tags)]
    # the Big5 page cannot carry simplified spam
    if piece.encoding != "big5":
        after.append(Note("spam", (word("相关推荐"), "| ".join(SPAM))))
    return Story(
        piece.affixed, info, piece.paragraphs, (word("（资料图片仅供参考）"),), after=after
    )


def hidden(spec: SiteSpec) -> str:
    """Link farms that a reader never sees."""
    farm = "".join(
        f'<a href="http://{n}.caipiao.example/{spec.name}/">{text}</a>\n'
        for n, text in enumerate(map(spec.word, ("时时彩平台", "澳门新葡京", "百家乐开户")))
    )
    if spec.name in ("qcdy", "kuaixun"):
        return f'<div style="display:none">{farm}</div>\n'
    return f'<div style="position:absolute;left:-9999px;top:0">{farm}</div>\n'
