"""The newest pages of one site, and the template that they teach."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pipelines.boilerplate.learning import PAGES, learn
from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.template import Template

# So many pages in a row that fit no known layout are no chance: one in a hundred is whole anyway.
MISFITS = 4
REMEMBERED, REMEMBERED_WHOLE, SELDOM = 200, 60, 1000


class Kept(NamedTuple):
    """An observation as it is carried between processes: opened by the learner alone.

    Unpacking it for each page would cost the crawler a twentieth of a millisecond.
    """

    url: str
    whole: bool
    packed: bytes

    @property
    def observation(self) -> Observation:
        """What was kept."""
        found: Observation = pickle.loads(self.packed)  # noqa: S301 - our own, made by `keep`
        return found


def keep(observation: Observation) -> Kept:
    """Pack an observation."""
    return Kept(observation.url, observation.whole, pickle.dumps(observation, protocol=5))


def learn_kept(pages: Sequence[Kept]) -> Template:
    """Learn of what was kept; a function for a worker."""
    return learn(page.observation for page in pages)


Learnt = Callable[[Template | None], None]


def learn_here(pages: Sequence[Kept], learnt: Learnt) -> None:
    """Learn at once in this process."""
    learnt(learn_kept(pages))


Learner = Callable[[Sequence[Kept], Learnt], None]
"""Learns of pages, here or elsewhere, and hands the template over: None where it failed."""


class SiteMemory:
    """The newest pages of one site, and the template that is learnt from them.

    `drifts` counts how often pages of a known site stopped fitting its layouts. With a learner in
    another process `template` stays what it was until the new one is there.
    """

    def __init__(self, pages: Iterable[Kept] = (), learner: Learner = learn_here) -> None:
        self.template = Template()
        self.drifts = 0
        self._whole: dict[str, Kept] = {}
        self._parts: dict[str, Kept] = {}
        self._learner = learner
        self._learning = False
        self._misfits = 0
        self._until = PAGES
        for page in pages:
            self._keep(page)
        self._seen = len(self.pages)
        if self._seen >= PAGES:
            self._learn()

    @property
    def pages(self) -> list[Kept]:
        """What is remembered, the oldest first."""
        return [*self._whole.values(), *self._parts.values()]

    def add(self, page: Kept) -> bool:
        """Remember a page; True where the site has begun to drift."""
        self._keep(page)
        self._seen += 1
        self._misfits = self._misfits + 1 if page.whole and self.template.layouts else 0
        drift = self._misfits == MISFITS
        self.drifts += drift
        self._until -= 1
        if (self._until <= 0 or drift) and not self._learning:
            self._learn()
            # At first every few pages teach something; later learning costs more than it brings.
            share = 10 if self._seen < REMEMBERED_WHOLE else 2
            self._until = max(1, min(self._seen // share, SELDOM))
        return drift

    def _learn(self) -> None:
        self._learning = True
        self._learner(self.pages, self._learnt)

    def _learnt(self, template: Template | None) -> None:
        self.template, self._learning = template or self.template, False

    def _keep(self, page: Kept) -> None:
        # A page that is read again is no other page: its lines would all repeat.
        for memory in (self._whole, self._parts):
            memory.pop(page.url, None)
        memory, most = (self._whole, REMEMBERED_WHOLE) if page.whole else (self._parts, REMEMBERED)
        memory[page.url] = page
        while len(memory) > most:
            del memory[next(iter(memory))]
