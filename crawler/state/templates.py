"""What a crawl knows of its sites: a file a host, learnt anew as pages come in."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import zstandard
from scrapy.statscollectors import StatsCollector

from crawler.workers import Workers
from pipelines.boilerplate.memory import Kept, Learner, SiteMemory, keep, learn_here, learn_kept
from pipelines.boilerplate.observation import Observation, Seen
from pipelines.boilerplate.shape import Path as Way
from pipelines.boilerplate.shape import Step
from pipelines.boilerplate.template import Template
from pipelines.chain import host_of

logger = logging.getLogger(__name__)

SUFFIX = ".json.zst"


class TemplateStore:
    """The memories of a run's hosts, read from a folder at the first page and written at the end.

    Two runs that learn of one host at once both write; the later file stays, and it is whole.
    """

    def __init__(
        self,
        folder: Path,
        stats: StatsCollector | None = None,
        learner: Learner = learn_here,
    ) -> None:
        self.folder = folder
        self.stats = stats
        self.learner = learner
        self._memories: dict[str, SiteMemory] = {}
        self._learnt: set[str] = set()

    def of(self, url: str) -> Template | None:
        """Give the template of a page's host, None where too little is known."""
        host = host_of(url)
        if not host:
            return None
        template = self._memory(host).template
        return template if template.version else None

    def learn(self, page: Kept | None) -> None:
        """Count how a page was read, and remember what it showed."""
        if page is None:
            return
        host = host_of(page.url)
        self._count("boilerplate/pages/whole" if page.whole else "boilerplate/pages/template")
        if not host:
            return
        self._learnt.add(host)
        if self._memory(host).add(page):
            self._count("boilerplate/drift")
            logger.warning("pages of %s no longer fit its layouts, now at %s", host, page.url)

    def save(self) -> None:
        """Write what was learnt since it was read; raises OSError."""
        for host in sorted(self._learnt):
            self.folder.mkdir(parents=True, exist_ok=True)
            target = self.folder / f"{_name(host)}{SUFFIX}"
            part = target.with_name(f"{target.name}.{os.getpid()}.part")
            lines = [_plain(page.observation) for page in self._memories[host].pages]
            part.write_bytes(zstandard.compress(json.dumps(lines).encode()))
            part.replace(target)
        self._learnt.clear()

    def _memory(self, host: str) -> SiteMemory:
        if host not in self._memories:
            self._memories[host] = SiteMemory(self._read(host), self.learner)
        return self._memories[host]

    def _read(self, host: str) -> list[Kept]:
        path = self.folder / f"{_name(host)}{SUFFIX}"
        try:
            lines = json.loads(zstandard.decompress(path.read_bytes()))
            return [keep(_observation(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, zstandard.ZstdError) as error:
            logger.warning("%s cannot be read (%s): the site is learnt anew", path, error)
            return []

    def _count(self, name: str) -> None:
        if self.stats is not None:
            self.stats.inc_value(name)


def learner_of(workers: Workers) -> Learner:
    """Learn in a worker process: it takes a third of a second where much is remembered."""

    def learner(pages: Sequence[Kept], learnt: Callable[[Template | None], None]) -> None:
        def deliver(done: Future[Template]) -> None:
            error = done.exception()
            if error is not None:
                logger.warning("a site's template could not be learnt: %s", error)
            learnt(None if error else done.result())

        workers.submit(learn_kept, pages).add_done_callback(deliver)

    return learner


def _name(host: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in host)[:200]


def _plain(observation: Observation) -> dict[str, Any]:
    """Make JSON of an observation; its ways share their beginnings, and are written once."""
    ways: dict[Way, int] = {}

    def number(way: Way) -> int:
        return ways.setdefault(way, len(ways))

    return {
        "url": observation.url,
        "title": observation.title,
        "whole": observation.whole,
        "lines": [[number(line.path), *line[1:]] for line in observation.lines],
        "heading": number(observation.heading),
        "facts": [number(way) for way in observation.facts],
        "stops": observation.stops,
        "ways": list(ways),
    }


def _observation(values: dict[str, Any]) -> Observation:
    ways = [tuple(Step(*step) for step in way) for way in values["ways"]]
    return Observation(
        url=values["url"],
        title=values["title"],
        whole=values["whole"],
        lines=tuple(Seen(ways[line[0]], *line[1:]) for line in values["lines"]),
        heading=ways[values["heading"]],
        facts=tuple(ways[number] for number in values["facts"]),
        stops=values["stops"],
    )
