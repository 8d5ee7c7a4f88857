"""The signs of stages, procedures, headings and prose in tender notices, as data with examples.

All patterns match on text that `amounts.level` folded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Stage = Literal["招标", "更正", "中标", "成交", "废标", "意向", "合同"]


@dataclass(frozen=True, slots=True)
class StageRule:
    """One sign of a stage in a title, with a title that has it and one that does not."""

    stage: Stage
    pattern: re.Pattern[str]
    positive: str
    negative: str


def _stage(stage: Stage, pattern: str, positive: str, negative: str) -> StageRule:
    return StageRule(stage, re.compile(pattern), positive, negative)


_PAPER = (
    r"(?:的?(?:公告|公示|通告|通知|公开|函|说明|书|情况|结果|文件|内容)|"
    r"[)(\]】]|第?[一二三\d]+次?|$)"
)

# The first that matches counts: a correction of a result is a correction.
STAGES: tuple[StageRule, ...] = (
    _stage(
        "废标",
        r"废标|流标|关于(?:终止|取消).{2,60}(?:招标|采购|项目|询价|磋商|谈判|比选)[^,。]{0,4}的(?:公告|通知|公示|说明|函)|"
        rf"(?:采购|招标|项目|磋商|谈判|询价|比选)?(?:终止|中止|失败|取消)(?:采购|招标|活动)*{_PAPER}",
        "某中学课桌椅采购项目终止公告",
        "终止妊娠设备采购公告",
    ),
    _stage(
        "更正",
        rf"(?:更正|变更|澄清|延期|补遗|补充|修改|更改|答疑|顺延|延长|勘误)(?:事项|开标|招标|截止时间|采购|响应|结果)*{_PAPER}",
        "某医院CT采购项目更正公告（第一次）",
        "某县规划变更设计服务招标公告",
    ),
    _stage(
        "更正",
        r"(?:推迟|延期|顺延|变更|调整|更改|延长).{0,30}(?:开标|投标|截止|递交|响应|开启)[^,。]{0,6}(?:时间|日期|期限)",
        "关于推迟某校弱电工程开标时间的通知",
        "某局调整供热时间设备采购公告",
    ),
    _stage(
        "合同",
        r"(?:采购)?合同(?:信息)?(?:的?(?:公告|公示|公开)|备案)|采购合同$|履约验收",
        "某局物业服务采购合同公告",
        "合同管理系统采购公告",
    ),
    _stage(
        "意向",
        r"采购意向|意向(?:公开|公告|公示)",
        "某学院2024年5月政府采购意向",
        "意向书印制采购公告",
    ),
    _stage(
        "成交",
        r"成交(?![(/、或]*中标)(?:候选|结果|公告|公示|供应商|\(|通知|信息|人)",
        "某局办公家具采购成交公告",
        "中标（成交）结果公告",
    ),
    _stage(
        "中标",
        r"决标|中标(?![(/、或]*成交)(?:候选|结果|公告|公示|供应商|单位|人|通知|信息|情况)|定标|评标",
        "某道路工程中标候选人公示",
        "成交结果公告",
    ),
)

# A result that does not say in its title which of the two it is.
RESULT = re.compile(
    r"(?:中标|成交|中选|入围|采购|比选|询价|磋商|谈判|遴选|评审|竞价|招标|项目|议价)"
    r"[()/、\]\[\d]*(?:中标|成交|中选|入围)?[)]?(?:候选人?)?(?:结果|中标公示|(?:的)?中选)|结果(?:的)?(?:公告|公示|通知|通告)"
    r"|(?:中标|中选|入围)[()/、成交]*(?:公告|公示|候选|通知书|单位|供应商)"
    r"|(?:招标|采购|比选|询价|磋商|谈判|评标|竞价)情况的?(?:公示|公告|说明|通报)"
)
ASKS = re.compile(
    r"招标|采购|磋商|谈判|询价|比选|竞价|遴选|资格预审|单一来源|竞标|发包|比价|询比|征集|竞争性|招租|竞谈|开标|投标"
)
PAPER = re.compile(
    r"(?:公告|公示|通告|通知$|说明$|澄清函$|预告|邀请书|邀请函|招标文件|采购文件|采购合同$|磋商文件|谈判文件|询价函|询价通知书|询价单|意向|结果|(?:中标|成交)通知)"
)
# Procedures whose result is called 成交 by the law; the others end in a 中标.
BY_TALKS = re.compile(
    r"磋商|谈判|询价|单一来源|比选|竞价|遴选|议价|比价|询比|框架协议|直接采购|网上超市|定点|直购|竞谈|框采"
)
BY_BIDS = re.compile(r"公开招标|邀请招标|招标公告|公开招投标|招标编号|招标人")

# Prose about tenders, by title: each word with a title that has it.
PROSE: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), positive, negative)
    for pattern, positive, negative in (
        (
            r"如何|怎[么样]|什么|为何|为什么|浅[析谈议]|探[讨析]|解读|解析|案例|问答|区别|注意事项|须知|[?]$",
            "招标公告发布后如何修改",
            "教学楼维修招标公告",
        ),
        (
            r"(?:培训|研修|提升|讲座|论坛|研讨|沙龙)(?:班|会|课)?.{0,10}(?:通知|邀请函?|报名|举办|举行|开班)|举办.*(?:培训|研修|讲座|论坛)",
            "关于举办政府采购实务培训班的通知",
            "教师培训服务采购公告",
        ),
        (
            r"喜报|喜讯|捷报|喜获|祝贺|成功中标|(?:我|本)(?:司|公司).{0,8}中标|再次?中标|连续中标|中标.{0,20}大单",
            "喜报！我公司成功中标滨江水厂项目",
            "滨江水厂项目中标公告",
        ),
        (
            r"(?:办法|条例|规定|细则|意见|指南|目录|制度|规范)》?(?:的(?:公告|通知|公示))?(?:\(.{1,10}\))?$",
            "关于印发《政府采购信息发布管理办法》的通知",
            "宣传手册印刷采购公告",
        ),
        (
            r"关于(?:进一步|优化|规范|加强|启用|推进|印发|修订|暂停)|百科|知识(?:点|问答|普及)|"
            r"统计(?:公告|公报|数据|信息)|年报|月报|范[本文]|模板(?:下载)?$|招标师|资格考试|招聘|遴选.{0,6}(?:公务员|干部)",
            "关于优化招标公告发布流程的通知",
            "某市统计局知识产权平台采购公告",
        ),
        (
            r"改革|座谈|会议(?:召开|精神)|新闻|讯$|综述|观察|处罚|通报|投诉处理|专项(?:整治|检查)|曝光|警示|违规|串标|围标|反腐",
            "我市深化招标投标改革见成效",
            "会议系统采购公告",
        ),
        (
            r"(?:股份|集团)?(?:有限)?公司关于(?:.{0,20})(?:收到|中标|签订|获得|预中标).{0,40}公告|(?:关于|)收到.{0,16}中标通知书",
            "江北建工股份有限公司关于收到中标通知书的公告",
            "江北建工有限公司关于办公楼装修的招标公告",
        ),
    )
)
# Results of other things than tenders, where the title does not speak of buying.
OTHER_RESULTS = re.compile(
    r"立项|课题|科研|基金|录取|招生|考试|考核|职称|面试|配租|摇号|中奖|评优|评选|先进|获奖|体检|拟录|活动|竞赛|大赛|"
    r"选举|任命|拍卖|出让|补贴|补助|检查|抽检|监测"
)
# Words of a body that no purchaser writes: a listed company, a journalist, an organiser of courses.
NOT_BY_A_PURCHASER = re.compile(
    r"证券代码|股票代码|董事会及全体董事|本报讯|记者从|记者获悉|(?:本|我)(?:公司|司|单位|集团).{0,12}(?:成功|顺利)?(?:中标|收到.{0,12}中标通知)|"
    r"报名费.{0,40}结业|培训(?:对象|费用|收费)"
)
# Sentences that only a notice writes.
ADDRESSES_BIDDERS = re.compile(
    r"欢迎.{0,30}(?:供应商|投标|参加|单位)|(?:潜在|合格|符合.{0,12})(?:供应商|投标人|的单位).{0,40}"
    r"(?:获取|参加|投标|响应)|受.{2,40}委托|现(?:对|就|将).{2,80}(?:招标|采购|磋商|谈判|询价|比选|公告|公示)|"
    r"(?:中标|成交|中选)(?:结果|候选人|供应商|单位).{0,20}(?:公示|公告|如下)|现(?:予以|将).{0,20}(?:公示|公告)|进行(?:公开招标|询价|比选|竞争性)|"
    r"特此(?:公示|公告)|将.{2,60}(?:予以公示|公示如下)|诚邀.{0,20}(?:厂商|供应商|单位|公司)|"
    r"(?:^|\n)\s*(?:致|尊敬的)?各?(?:有关|潜在|位)*(?:投标|参[加与]投标|供应|报价)[人商单位]{1,2}:|"
    r"(?:投标|响应|报价)文件.{0,24}(?:密封|送达|送到|递交)|(?:决定|宣布)(?:终止|取消)(?:本次|该|此次)|(?:采购意向|废标|流标|终止).{0,30}(?:公开|公告|如下)"
)

Section = Literal[
    "purchaser",
    "agency",
    "contact",
    "award",
    "moment",
    "deadline",
    "opening",
    "papers",
    "other",
    "",
]

# What a heading says of the lines below it; the first that matches counts.
_SECTIONS: tuple[tuple[Section, str, str], ...] = (
    ("papers", r"(?:获取|发售|领取|购买|出售|下载)|报名", "三、获取招标文件"),
    ("moment", r"截止.*(?:开标|开启|磋商|谈判)", "四、提交投标文件截止时间、开标时间和地点"),
    ("deadline", r"(?:提交|递交|接收)|投标截止", "四、响应文件提交"),
    ("opening", r"开启|开标", "五、开启"),
    ("agency", r"代理机构|集中采购机构|代理公司", "2.采购代理机构信息"),
    ("contact", r"项目联系", "3.项目联系方式"),
    ("purchaser", r"(?:采购|招标|比选)(?:人|单位)", "1.采购人信息"),
    (
        "award",
        r"(?:中标|成交|中选|入围).{0,6}(?:结果|信息|供应商|候选人|情况|单位)|候选人|(?:评审|采购|评标|比选)结果"
        r"|合同(?:主体|主要)",
        "三、中标（成交）信息",
    ),
)
SECTIONS = tuple((section, re.compile(pattern), example) for section, pattern, example in _SECTIONS)

# A lot of a project: 第一包, 标项2, A包, 采购包1.
LOT = (
    r"(?:第\s*[一二三四五六七八九十\d]+\s*(?:标段|标项|分?包|合同包|包件)|"
    r"(?:标项|标段|采购包|合同包|分包|标包|包组|包件|包号?|品目)\s*[一二三四五六七八九十\dA-H]+|"
    r"(?:[一二三四五六七八九十]|\d+|[A-H])\s*(?:标段|标项|分包|合同包|号?包))"
)
# Before an amount, these name another one than the budget or the award.
OTHER_MONEY = re.compile(
    r"保证金|服务费|代理费|工本费|售价|文件费|押金|违约金|手续费|评审费|专家费|注册资[本金]|暂定|估算|总投资|单价|"
    r"基准|罚款|节约|扣除|税[额金]|上年|原(?:预算|价)|让利|每[一-鿿]"
)
RATE = re.compile(r"下浮|上浮|折扣|费率|优惠率|[%‰]|打折|折$")
NOTHING = re.compile(
    r"^(?:无|/|-+|—+|\\|详见.*|见.*(?:附件|附表|下表|文件).*|空|暂无|待定|不适用|见附件|0|"
    r"(?:登录|登陆|注册|会员).{0,8}(?:查看|可见)|\*+)?$"
)
