"""Chromium and its driver: started when needed, watched, killed when they hang, started anew."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import shutil
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil
from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 30.0
STOP_SECONDS = 2.0
TICK_SECONDS = 1.0
PING_SECONDS = 1.5  # and once more: the first may have passed while this process was busy
STARTS = 3  # in a row without success, then no more

ARGUMENTS = (
    # Chromium's own background requests, which have no place in a crawl.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # What would go around the proxy.
    "--disable-quic",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # its name in older versions
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    # Frames of other sites stay in the page's process, where what they inflate is counted.
    "--disable-site-isolation-trials",
    # A script's heap; the rest of a page is watched from outside.
    "--js-flags=--max-old-space-size=512",
)


class BrowserDiedError(Exception):
    """The browser, its driver or the page's own process died under a page."""


class BrowserUnavailableError(Exception):
    """The browser cannot be started; the message says why."""


class Life:
    """One driver with one Chromium, from start to death; it is never revived."""

    def __init__(self, memory_mb: int) -> None:
        self.memory_mb = memory_mb
        self.died: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.pages = 0
        self.open = 0
        self.retired = False
        self.browser: Any = None
        self._session: Any = None
        self._playwright: Any = None
        self._folders = [tempfile.mkdtemp(prefix="qingyuan-browser-")]
        self._mark = f"--crawl={secrets.token_hex(8)}"
        self._watching: asyncio.Task[None] | None = None
        self._driver: psutil.Process | None = None
        self._chromium: psutil.Process | None = None

    async def start(self, executable: str | None, proxy: str) -> None:
        """Start driver and Chromium; raises BrowserUnavailableError and leaves nothing behind."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._start(executable, proxy)
        except Exception as error:
            self._folders += re.findall(r"--user-data-dir=(/\S+)", str(error))
            await self.end("did not start")
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise BrowserUnavailableError(f"the browser does not start: {lines[0]}") from error
        self._watching = asyncio.ensure_future(self._watch())

    async def _start(self, executable: str | None, proxy: str) -> None:
        from playwright.async_api import async_playwright

        if executable and not shutil.which(executable):  # Playwright would leave a profile behind
            raise FileNotFoundError(f"no program {executable}")
        before = set(psutil.Process().children())
        self._playwright = await async_playwright().start()
        started = set(psutil.Process().children()) - before
        self._driver = next((p for p in started if "run-driver" in _command(p)), None)
        arguments = [*ARGUMENTS, self._mark]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # Chromium's sandbox refuses root
            arguments.append("--no-sandbox")
        self.browser = await self._playwright.chromium.launch(
            executable_path=executable,
            args=arguments,
            proxy={"server": proxy},
            artifacts_dir=self._folders[0],
            timeout=START_SECONDS * 1000,
        )
        self.browser.on("disconnected", lambda *_: self._die("the browser's process ended"))
        self._session = await self.browser.new_browser_cdp_session()
        self._chromium = next((p for p in self._processes() if self._mark in _command(p)), None)
        words = _command(self._chromium) if self._chromium else []
        flag = "--user-data-dir="
        self._folders += [word.removeprefix(flag) for word in words if word.startswith(flag)]

    async def end(self, reason: str) -> None:
        """Kill what runs and reap it; pages in flight see `died`."""
        self._die(reason)
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.to_thread(self._kill)
        if self._playwright is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._playwright.stop(), STOP_SECONDS)
        if self._driver is not None:
            _kill_all([self._driver])
        for folder in self._folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _die(self, reason: str) -> None:
        if not self.died.done():
            self.died.set_result(reason)

    async def ping(self) -> None:
        """See whether driver and Chromium answer; they are dead if not."""
        answer = asyncio.ensure_future(self._session.send("Browser.getVersion"))
        answer.add_done_callback(lambda task: task.cancelled() or task.exception())
        for _ in range(2):
            await asyncio.wait(
                (answer, self.died), timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if answer.done() or self.died.done():
                break
        if not answer.done():
            answer.cancel()
            self._die(f"no answer within {2 * PING_SECONDS:.0f} s")
        elif error := answer.exception():
            self._die(str(error).partition("\n")[0])

    async def _watch(self) -> None:
        while not self.died.done():
            await asyncio.sleep(TICK_SECONDS)
            await self.ping()
            await asyncio.to_thread(self._check_memory)

    def _check_memory(self) -> None:
        """Kill the largest of the pages' processes where all together hold too much."""
        held = {process: _own_bytes(process) for process in self._processes()}
        if sum(held.values()) <= self.memory_mb * 2**20:
            return
        pages = [process for process in held if "--type=renderer" in _command(process)]
        largest = max(pages or held, key=lambda process: held[process])
        logger.warning(
            "the browser holds %d MiB, more than %d: its largest process is killed",
            sum(held.values()) // 2**20,
            self.memory_mb,
        )
        with suppress(psutil.Error):
            largest.kill()

    def _processes(self) -> list[psutil.Process]:
        """Give Chromium's processes, the main one first; the driver is not among them."""
        found: list[psutil.Process] = []
        for root in (self._chromium, self._driver):
            with suppress(psutil.Error):
                if root is not None:
                    found += root.children(recursive=True)
        if self._chromium is not None:
            found.insert(0, self._chromium)
        return list(dict.fromkeys(found))

    def _kill(self) -> None:
        found = self._processes()
        _kill_all(found)
        psutil.wait_procs(found[:1], timeout=3)  # the driver still lives and reaps Chromium


def _kill_all(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _own_bytes(process: psutil.Process) -> int:
    """Give the resident bytes that a process does not share: the program's text is in each one."""
    try:
        memory = process.memory_info()
    except psutil.Error:
        return 0
    return int(memory.rss) - int(getattr(memory, "shared", 0))


class Browser:
    """Hands out pages' contexts of a living Chromium; a dead one is replaced at the next need."""

    def __init__(self, settings: BaseSettings) -> None:
        self.executable = settings.get("QINGYUAN_BROWSER") or next(
            filter(None, map(shutil.which, BROWSERS)), None
        )
        self.memory_mb = settings.getint("QINGYUAN_BROWSER_MEMORY_MB")
        self.recycle = settings.getint("QINGYUAN_BROWSER_RECYCLE")
        self.started = 0
        self.failed = 0
        self._reason = ""
        self._life: Life | None = None
        self._lives: set[Life] = set()
        self._lock = asyncio.Lock()

    async def enter(self, proxy: str) -> Life:
        """Give a living browser for one page, started if there is none.

        Raises BrowserUnavailableError after three starts in a row that failed, and ever after.
        """
        async with self._lock:
            life = self._life
            if life is not None and life.died.done():
                logger.warning("the browser died: %s", life.died.result())
                await self._end(life)
                life = self._life = None
            if life is None:
                life = self._life = await self._start(proxy)
            life.pages += 1
            life.open += 1
            if life.pages >= self.recycle:
                life.retired, self._life = True, None
            return life

    async def leave(self, life: Life) -> None:
        """Give a browser back; a retired one ends with its last page."""
        life.open -= 1
        if life.retired and not life.open:
            await self._end(life)

    async def _start(self, proxy: str) -> Life:
        while self.failed < STARTS:
            life = Life(self.memory_mb)
            self._lives.add(life)
            try:
                await life.start(self.executable, proxy)
            except BrowserUnavailableError as error:
                self.failed, self._reason = self.failed + 1, str(error)
                self._lives.discard(life)
                logger.warning("%s", error)
            else:
                self.failed = 0
                self.started += 1
                return life
        raise BrowserUnavailableError(f"{self._reason}, {STARTS} times in a row")

    async def _end(self, life: Life) -> None:
        await life.end("no longer needed")
        self._lives.discard(life)

    async def close(self) -> None:
        """End every browser."""
        for life in list(self._lives):
            await self._end(life)
