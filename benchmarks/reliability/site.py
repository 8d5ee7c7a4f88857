"""A site whose server counts what it is asked: lists of small articles, all different."""

from __future__ import annotations

import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WORDS = """
青岚 河湾 临江 云麓 清溪 石桥 南浦 东岭 白沙 双河 西泽 望海 金川 柳庄 杏坞 沙埕
村民 匠人 老师 渔民 馆员 司机 医生 护林员 学生 技术员 店主 木匠
修好了 送来了 种下了 清点了 搬走了 刷新了 量过了 数清了 拍下了 写完了 借走了 挂起了
石拱桥 借书柜 苹果树 校车 老水井 渔船 路灯 戏台 风车 茶棚 石磨 水渠 钟楼 瓦窑
清晨 正午 傍晚 雨后 集市散场时 开学那天 霜降前 插秧时节 月圆之夜 停电时
"""
PLACES, WHO, DID, WHAT, WHEN = map(str.split, _WORDS.strip().split("\n"))
PER_LIST = 200  # a source reads twenty pages of a list at most


def article(number: int) -> str:
    """Write the article of a number: sentences drawn from it, so that no two are alike."""
    rng = random.Random(number)

    def sentence() -> str:
        where, who, did, what, when = (rng.choice(w) for w in (PLACES, WHO, DID, WHAT, WHEN))
        other, count = rng.choice(PLACES), rng.randint(2, 9999)
        days = count % 97 + 2
        return f"{when}，{where}的{who}{did}第{count}件{what}，{other}来的人看了{days}天。"

    title = f"{rng.choice(PLACES)}{rng.choice(WHO)}{rng.choice(DID)}{rng.choice(WHAT)}第{number}号"
    text = "".join(f"<p>{sentence()}{sentence()}{sentence()}</p>" for _ in range(4))
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>2026-05-10 09:30:00 来源：河湾日报</p><div class='content'>{text}</div></body></html>"
    )


def listing(page: int, pages: int, count: int) -> str:
    """Write one page of the list of articles, with a link to the next."""
    first = (page - 1) * PER_LIST
    items = "".join(
        f'<li><a href="/2026/0510/{n}.html">{PLACES[n % 16]}今日消息之{n}：石桥修缮</a>'
        f"<span>2026-05-10</span></li>"
        for n in range(first, min(first + PER_LIST, count))
    )
    following = f'<a href="/list_{page + 1}.html">下一页</a>' if page < pages else ""
    body = f"<ul>{items}</ul><p>{following}</p>"
    return f"<html><head><title>列表</title></head><body>{body}</body></html>"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that were killed."""


class CountingSite:
    """Serves `count` articles on a free port of each of some loopback addresses, one port for all.

    `asked` counts requests by address and path; every host has its own share of the articles. With
    `drop`, one article in so many is cut in mid-body when it is asked for the first time.
    """

    def __init__(self, count: int, hosts: int = 1, drop: int = 0) -> None:
        self.count = count
        self.drop = drop
        self.dropped = 0
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.addresses = [f"127.0.0.{n + 1}" for n in range(hosts)]
        self._servers: list[ThreadingHTTPServer] = []
        self.port = 0

    def start_urls(self) -> list[str]:
        """Give the first list page of each host."""
        return [f"http://{address}:{self.port}/list_1.html" for address in self.addresses]

    def article_urls(self) -> set[str]:
        """Give the addresses of all articles."""
        return {
            f"http://{address}:{self.port}/2026/0510/{n}.html"
            for address in self.addresses
            for n in range(self.count)
        }

    def answer(self, host: str, path: str) -> tuple[int, str]:
        """Give status and body for a path."""
        share = self.addresses.index(host) * self.count if host in self.addresses else 0
        if path.startswith("/2026/0510/"):
            return 200, article(share + int(path[11:-5]))
        if path.startswith("/list_"):
            pages = -(-self.count // PER_LIST)
            return 200, listing(int(path[6:-5]), pages, self.count)
        return 404, "not here"

    def __enter__(self) -> CountingSite:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers["Host"].partition(":")[0]
                address = f"http://{host}:{site.port}{self.path}"
                with site.lock:
                    site.asked[address] += 1
                    first = site.asked[address] == 1
                status, body = site.answer(host, self.path)
                encoded = body.encode()
                cut = site.drop and first and len(site.asked) % site.drop == 0
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded[: len(encoded) // 2] if cut else encoded)
                if cut:
                    site.dropped += 1
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        for address in self.addresses:
            server = _Server((address, self.port), Handler)
            self.port = server.server_address[1]
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
