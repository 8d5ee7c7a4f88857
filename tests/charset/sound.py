"""Sound documents that a careless repairer would change: they must come back as the same object."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TEXT = Path(__file__).resolve().parents[3] / "shared" / "data" / "text"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff"

_HANS = [
    "清源市图书馆昨日重新开放，馆长林小禾说，今后每周三延长到晚上九点。",
    "由于河堤加固工程进入收尾阶段，东岸的建筑施工将分段进行，公里桩号以现场为准。",
    "老茶客们坐在茶几旁，说起于家后院那口井，谁也不知道是什么年代的。",
    "《史記》里说：「後生可畏」，她在黑板上写下國、學、愛三个字，让孩子们猜。",
    "他在微信里问：真的吗？？？我回了一句：啊？；然后就没有下文了……",
]
_HANT = [
    "青溪鎮公所昨日宣布，由於河堤加固工程進入收尾階段，往後兩個月內施工將分段進行。",
    "于右任先生的字掛在后里馬場的茶几後面，里長說，征服這面牆花了三公里的力氣。",
    "范小姐與姜太太在臺北車站等于先生，余教授說他搭雲林來的客運，台北見。",
    "皇后像廣場今日下午有演奏會，市民毋須登記。",
    "佢哋話聽日喺銅鑼灣食飯，你嚟唔嚟呀？嘅然之間落起雨上嚟。",
    "藍灣區議會昨日通過撥款，為海濱長廊加設長者休憩設施，預計兩年後完工，裏面設有圖書角。",
    "隨著春天到來，著名的櫻花步道準備開放，著實令人期待。",
]
_SHORT_HANT = ["春日遲遲", "台北車站", "獨坐幽篁裡", "后里馬場導覽", "雲門舞集", "系統維護公告",
               "三國志", "千里之行", "制度與人", "于右任紀念館", "余光中詩選",
               "茶几與沙發"]  # fmt: skip
_POEMS = [
    "獨坐溪橋聽雨聲\n遠山無語對燈明\n歸來不覺東風暖\n滿樹飛花過短亭",
    "白日依山盡，黃河入海流。欲窮千里目，更上一層樓。",
    "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。",
]
_PINYIN = [
    "春(chūn)天(tiān)来(lái)了，园(yuán)里的花都开(kāi)了，孩子们在树(shù)下唱歌。",
    "常用繁体字：國(guó)、學(xué)、愛(ài)、聽(tīng)、龍(lóng)，对应的简体字写作国、学、爱、听、龙。",
    "老師說，饕(tāo)餮(tiè)是傳說中的怪獸，鬱(yù)金香開在後院裡，齟(jǔ)齬(yǔ)是意見不合。",
    "曹(cao)、单(shan)、解(xie)这几个姓的读音要留意，仇(qiu)也一样。",
    "漢字讀音表：國(ㄍㄨㄛˊ) 學(ㄒㄩㄝˊ) 愛(ㄞˋ)，亦可寫作國(guó)學(xué)。",
]
_FOREIGN = [
    "青葉町の図書館は昨日、改装を終えて再び開館した。町長は「子どもたちに使ってほしい」と話した。",
    "東京都千代田区で万博の後継事業が発表され、党首は里山の保全と云う。",
    "ﾊﾝｶｸｶﾅで書かれた札が、駅前の広場に並ぶ。",
    "푸른마을 도서관이 어제 다시 문을 열었다. 館長은 아이들이 자주 오기를 바란다고 말했다.",
    "La bibliothèque a rouvert hier — les élèves, étonnés, ont souri : « déjà ? » Noël à Évry.",
    "Die Bücherei öffnet wieder; ältere Gäste größtenteils für Übungsräume, süß & schön.",
    "Thư viện phường Suối Xanh đã mở cửa trở lại; người dân rất vui mừng về điều này.",
    "Библиотека в посёлке Синий Ручей вчера снова открылась, и первыми пришли дети.",
    "ห้องสมุดประชาชนเปิดให้บริการอีกครั้งเมื่อวานนี้",
    "The library reopened yesterday; readers asked: really?? "
    "\u201cYes,\u201d said Ms. O\u2019Neil, caf\u00e9 na\u00efve.",
]
_CODE = [
    's = "\\u4f60\\u597d\\u4e16\\u754c"  # 你好世界\nprint(s if ok else None) ?? fallback',
    "SELECT * FROM t WHERE a = ? AND b IN (?, ?, ?); -- 参数化查询",
    "GET /search?q=%E4%BD%A0%E5%A5%BD%E4%B8%96%E7%95%8C&page=2 HTTP/1.1",
    "请访问 https://example.cn/s?wd=%C4%E3%BA%C3%CA%C0%BD%E7 查看结果；参数 a=1&amp;b=2。",
    "<p>在 HTML 里写 <code>&amp;nbsp;</code> 与 &amp;lt; "
    "表示空格和小于号，编码为 &amp;#20320;。</p>",
    "正则 `a??b|c*?` 与 `(?<=x)` 的区别，见第 3 节；C:\\users\\u0041 也是路径。",
    "int *p = a ? b : c; /* 真的吗?；不一定 */ if (x ?? y) { return; }",
]
_CHAT = ["??????", "真的吗???", "啊?；不会吧?！", "在吗？？ ？？？", "你确定?!?!", "？！？！？！",
         "几点?，几个人?；去哪儿?", "1? 2?? 3???",
         "什么情况????????有人知道吗", "哈哈哈哈?;)"]  # fmt: skip
_MOJIBAKE = [
    "所谓“锟斤拷”，是把 U+FFFD 的 UTF-8 字节当作 GBK 读出来的结果。",
    "乱码的例子：“浣犲ソ”其实是“你好”，“ÄãºÃ”也是。",
    "水开了，烫烫烫！小心烫手，屯屯屯是喝水的声音。",
    "Latin 字符 ÄÖÜ äöü é è ñ © ® « » 可以出现在中文里，例如 Señor 和 Café。",
]
_RARE = ["龘靐齉爩麤灪籱鱻驫飝", "犇猋骉蟲贔壵矗蠱", "𠀀𠀁𠮷野家", "喆堃焱淼垚森品晶鑫犇",
         "爨底下村的窑洞，夔州的瞿塘，邕江的船，鄠邑区、盩厔、亳州、儋州、枞阳。"]  # fmt: skip


@cache
def lines(name: str) -> tuple[str, ...]:
    """Read the clean text beside the project; nothing where it is absent."""
    path = TEXT / f"{name}.txt.gz"
    if not path.is_file():
        return ()
    found = gzip.decompress(path.read_bytes()).decode().split("\n")
    return tuple(line.strip() for line in found if len(line.strip()) > 60)


def sound_documents(rng: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Give kinds and documents, each kind as often as the others."""
    hans, hant = lines("cmrc2018_zh_hans"), lines("drcd_zh_hant")
    clean = {
        name: [line for line in found if not any(c in line for c in INVISIBLE)]
        for name, found in (("hans", hans or tuple(_HANS)), ("hant", hant or tuple(_HANT)))
    }
    kinds = {
        "written simplified": _HANS, "written traditional": _HANT, "short traditional": _SHORT_HANT,
        "poems": _POEMS, "pinyin": _PINYIN, "foreign": _FOREIGN, "code": _CODE, "chat": _CHAT,
        "about mojibake": _MOJIBAKE, "rare": _RARE,
    }  # fmt: skip
    for number in range(count):
        choice = number % (len(kinds) + 5)
        if choice < len(kinds):
            kind = list(kinds)[choice]
            parts = rng.sample(kinds[kind], rng.randint(1, min(3, len(kinds[kind]))))
            yield kind, _joined(rng, parts)
        elif choice == len(kinds):
            yield "simplified", _joined(rng, rng.sample(clean["hans"], rng.choice([1, 1, 3, 5])))
        elif choice == len(kinds) + 1:
            yield "traditional", _joined(rng, rng.sample(clean["hant"], rng.choice([1, 1, 3, 5])))
        elif choice == len(kinds) + 2:
            line = rng.choice(clean["hant"])
            start = rng.randrange(max(1, len(line) - 40))
            yield "traditional snippet", line[start : start + rng.randint(8, 60)]
        elif choice == len(kinds) + 3:
            yield "quoting", rng.choice(clean["hans"]) + "\n" + rng.choice(_POEMS + _HANT)
        else:
            yield "chat in text", rng.choice(clean["hans"]) + rng.choice(_CHAT) + rng.choice(_CHAT)


def _joined(rng: random.Random, parts: list[str]) -> str:
    if rng.random() < 0.3:
        body = "".join(f"<p>{part}</p>" for part in parts)
        return f'<html><body><a href="/a?b=1&amp;c=2">首页</a>{body}</body></html>'
    return "\n".join(parts)
