"""The named line rules, as data: each with a line that it takes and a line that it leaves.

They match on script-folded lines. `where` says in which part of a page a rule holds: `head` before
the body's first paragraph, `tail` behind its last, `any` everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Where = Literal["head", "body", "tail"]
Find = Callable[[str], re.Match[str] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: lines up to `longest` characters that match are dropped."""

    name: str
    pattern: re.Pattern[str]
    positive: str
    negative: str
    where: Where | Literal["any"] = "any"
    longest: int = 120
    anchored: bool = False

    def takes(self, folded: str) -> bool:
        """Tell whether a script-folded line is one of these."""
        return len(folded) <= self.longest and bool(self.find(folded))

    @property
    def find(self) -> Find:
        """What can only begin a line is not looked for in it."""
        return self.pattern.match if self.anchored else self.pattern.search


def _rule(
    name: str,
    pattern: str,
    *examples: str,
    where: Where | Literal["any"] = "any",
    longest: int = 120,
) -> Rule:
    positive, negative = examples
    anchored = all(part.startswith("^") for part in _alternatives(pattern))
    return Rule(name, re.compile(pattern, re.I), positive, negative, where, longest, anchored)


def _alternatives(pattern: str) -> list[str]:
    """Give the alternatives of a pattern that are not inside a group."""
    parts, depth = [""], 0
    for mark in re.findall(r"\\.|.", pattern):
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += mark
    return parts


RULES: tuple[Rule, ...] = (
    _rule(
        "literal-tag",
        r"^</?(ul|li|div|p|span|table|td|tr|a|img|br|script|style)\b[^<>]*>(\s*</\w+>)?$",
        '<ul id="k8"></ul>',
        "用<p>标签分段是初学者的第一课。",
    ),
    _rule(
        "rss-marker",
        r"^[A-Z]{2,8}_RSS\.content\.(begin|end)$",
        "ZJEG_RSS.content.begin",
        "RSS是一种内容格式。",
    ),
    _rule(
        "breadcrumb",
        r"^(您?(现在|目前|当前)?的?位置\s*[:：]|.{1,12}\s*[>»›]\s*.{1,20}[>»›]?)",
        "当前位置:首页 > 新闻 > 本地 >",
        "气温超过30℃的日子比往年多。",
        where="head",
        longest=60,
    ),
    _rule(
        "image-notice",
        r"^[(（]?\s*(资料)?图片?(片)?仅供参考[,，。]?[^)）]{0,20}[)）]?$",
        "(资料图片仅供参考)",
        "说明书上的图片仅供参考,以实物为准,这一点店员讲过。",
    ),
    _rule(
        "source-line",
        r"^(来源|稿源|信息来源|文章来源|消息来源|发布时间|发布日期|更新时间|时间|日期|"
        r"浏览次数|阅读量|点击数?|所在地区|责编|责任编辑|编辑|作者|审核|校对|监制|供稿|字体|字号)\s*[:：【]",
        "来源：河湾日报 作者：李青禾",
        "作者在书里写道，来源不明的种子不要下地。",
        longest=100,
    ),
    _rule(
        "original-title",
        r"^[(（【\[]?\s*原标题\s*[:：].{0,120}$",
        "（原标题：河湾石桥动工）",
        "原标题更长，编辑删去了三个字。",
    ),
    _rule(
        "dated-source",
        r"^.{2,16}\s*[|｜]\s*(19|20)\d\d[-年/.].{4,24}$|^(19|20)\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}日?"
        r"(\s*\d{1,2}:\d\d(:\d\d)?)?(\s+.{0,40})?$",
        "河湾晚报 | 2023-06-27 18:04:26",
        "2023年，村里第一次通了自来水。",
        where="head",
        longest=90,
    ),
    _rule(
        "editor-line",
        r"^[(（【\[]?\s*(责任编辑|责编|编辑|审核|校对|值班编辑|初审|复审|终审)\s*[:：/].{0,40}$",
        "（责任编辑：王小满）",
        "编辑部的灯亮到了后半夜，校样改了三遍。",
    ),
    _rule(
        "share",
        r"^(分享(到|至)?|微信扫一扫|扫一扫.{0,20}|打开微信.{0,20}|(关注|扫描).{0,14}(公众号|二维码).{0,10}|"
        r"收藏|打印(本页)?|关闭(窗口|本页)?|【?(打印|关闭).{0,12}】?|复制链接|点赞|字号\s*[:：]?.{0,8}|"
        r"(下载|打开).{0,8}(app|客户端).{0,12}|手机版.{0,20}|返回(首页|顶部|列表)|上一[篇页].*|下一[篇页].*)$",
        "扫一扫关注河湾发布",
        "大家把照片分享到村里的群中，第二天就有人认出了那棵树。",
    ),
    _rule(
        "hotline",
        r"^.{0,16}(热线|服务电话|联系电话|咨询电话|客服|举报电话)\s*(电话)?\s*[:：]?\s*[\d\-—()()、\s转]{7,}$",
        "河湾导医热线:0555-1234567",
        "热线电话一天接了三百多个来电，多半是问疫苗的。",
    ),
    _rule(
        "disclaimer",
        r"^(免责声明|版权(声明|所有)|声明[:：]|本站声明|特别声明|郑重声明|.{0,12}转载请(注明|联系)|"
        r"凡(本网|注明)|本(文|网|站).{0,30}(不代表|仅代表|如有侵权|版权).{0,60}|copyright|©)",
        "免责声明：本文仅代表作者个人观点，与本网无关。",
        "法院认为版权归原作者所有，判令停止转载。",
    ),
    _rule(
        "tags",
        r"^(标签|关键词|关键字|tags?)\s*[:：].{0,300}$",
        "标签：河湾 石桥",
        "标签贴在瓶身上，写着酿造的日子。",
        longest=320,
    ),
    _rule(
        "membership",
        r"^(按照客观[、,]公正[、,]公开的原则|注册会员|会员登录|享受贴心服务|标讯(查询|定制)服务|让您全面及时掌握|"
        r"帮您(跟对|第一时间)|根据您的(关注|需要)|.{0,40}独家指定在.{0,20}发布|.{0,4}建设快讯正文|意\s*见$|反\s*馈$|在\s*线$|沟\s*通$)",
        "注册会员 享受贴心服务",
        "帮您家修屋顶的那位师傅姓高。",
        longest=200,
    ),
    _rule(
        "paywall",
        r"^[^。，,;；|]{0,30}((开通|升级|成为|加入).{0,8}(会员|标准版|vip)|(会员|vip).{0,12}(可见|可看|专享|开放|才能|查看|立减)|"
        r"仅[限对].{0,4}(会员|vip)|(登录|注册)后(可)?(查看|下载|可见)|(年费|订阅价).{0,12}元|免费(领取|试用)|"
        r"即可查看|我要(报名|投标)|下载文件)[^。;；]{0,30}$",
        "本项目竞争对手分析仅对高级会员开放",
        "会员大会通过了新章程，会费每人每年60元。",
        longest=60,
    ),
    _rule(
        "pager",
        r"^(\[?\d{1,3}\]?\s*){1,12}(下一页|末页|尾页)?$|^(首页|上一页|下一页|末页|尾页|\s|\d)+$",
        "1 2 3 下一页",
        "3月12日",
    ),
    _rule(
        "comment-box",
        r"^(发表评论|我要评论|网友评论|最新评论|查看评论|登录后.{0,8}评论|文明上网.{0,20}|评论\(?\d*\)?|"
        r"(共有)?\d*条评论)$",
        "网友评论",
        "评论员认为，修桥不如修路，修路不如修心。",
    ),
    _rule(
        "nav",
        r"^(首页|网站首页|企业|人员|项目|信用|登录|注册|搜索|网站导航|返回|更多|联系我们|关于我们|\||·|•|\s)+$",
        "企业  人员  项目  信用",
        "项目经理走进工棚。",
    ),
    _rule(
        "table-menu",
        # Atomic: cells may hold what stands between them, and 140 characters took a minute.
        r"^\|?(?>\s*[^|\d。，]{1,14}?\s*(?:[- ]*\\?\||-| )){5,}\s*[^|\d。，]{0,14}\|?$",
        "| 首页\\|国内\\|财经\\|生活\\|旅游\\|地图 |",
        "| 项目 | 河湾石桥 |",
        where="head",
        longest=200,
    ),
    _rule(
        "footer",
        r"^(技术支持|网站支持|访问量|您是第|网站标识码|平台运营|版权所有|运维电话|技术QQ群|扫码下载)[^。]{0,80}$|"
        r"^[^。]{0,80}(ICP备|公网安备|公安备|网站标识码|支持IPv6|技术支持\s*[:：])[^。]{0,60}$",
        "承办：河湾县融媒体中心 网站支持IPv6 公网安备0000号",
        "技术支持和售后服务由中标人负责，期限三年。",
        where="tail",
        longest=160,
    ),
)

# In a notice these lines are what it says: 截止时间：…, 联系电话：….
SPARED_IN_NOTICES = frozenset({"source-line", "dated-source", "hotline", "tags", "pager"})

TAIL_HEADS = re.compile(
    r"^(近期|最新|相关|其他|推荐|更多|同类)[一-鿿]{0,6}(公告|公示|标讯|招标信息|中标信息|通告|决标|采购信息)\s*[:：]?$|^同类项目$|^本[网站]最新$|"
    r"^(相关(阅读|推荐|新闻|文章|链接|资讯|内容|报道)|推荐(阅读|文章|新闻)|热门(文章|推荐|新闻|资讯|阅读)|最新(文章|资讯|新闻|推荐|更新|消息)|"
    r"猜你喜欢|大家都在看|延伸阅读|更多精彩|精彩推荐|图文推荐|热点(推荐|新闻|排行)|排行榜?|今日(热点|推荐)|最新|热门|阅读排行|"
    r"点击排行|随机(推荐|文章)|本站声明|注册会员.{0,10}|发表评论|网友评论|友情链接)\s*[:：]?\s*(更多|more)?$",
    re.I,
)
