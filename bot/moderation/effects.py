"""How answers would change: recorded and golden questions, asked before and after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.memory.gaps import Gaps
from bot.moderation.proposal import Proposal
from knowledge.errors import CoachError
from knowledge.fetching import Fetcher
from knowledge.guide import Guide
from knowledge.library import Edition
from retrieval.answer import Answer
from retrieval.chain import AnswerChain, Inquiry
from retrieval.refresh import Progress, ignore_progress
from retrieval.search import Searcher

_CHECKED_AT_ONCE = 8
_MOST_LINKS = 50
REFUSED = "not covered"
_REWORDED = " (in other words)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that would be answered from elsewhere or in other words; each side names places."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link that leads nowhere, and why."""

    url: str
    problem: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would change for people: of `asked` questions, those answered differently."""

    asked: int
    differences: tuple[Difference, ...]
    dead_links: tuple[DeadLink, ...]


class Effects:
    """Compares answers from the live library with those from a proposed one."""

    def __init__(
        self,
        live: AnswerChain,
        open_apart: Callable[[], tuple[Searcher, AnswerChain]],
        fetcher: Fetcher,
        gaps: Gaps,
        golden: Sequence[str],
    ) -> None:
        """Ask the live chain, and one apart over a searcher of its own, what gaps and `golden` hold."""
        self._live = live
        self._open_apart = open_apart
        self._fetcher = fetcher
        self._gaps = gaps
        self._golden = golden

    async def preview(
        self, proposal: Proposal, prepared: Edition, progress: Progress = ignore_progress
    ) -> Preview:
        """Say what a proposal that was prepared would change for people."""
        asked = dict.fromkeys((*await self._gaps.questions(), *self._golden))
        return Preview(
            len(asked),
            tuple(await self.differences(prepared, list(asked), progress)),
            tuple(await self.dead_links(item.guide for item in proposal.plan.drafts)),
        )

    async def differences(
        self, prepared: Edition, questions: Sequence[str], progress: Progress = ignore_progress
    ) -> list[Difference]:
        """Ask questions of the live library and of a prepared edition; return those that differ."""
        searcher, chain = self._open_apart()
        await searcher.follow(prepared)
        found = []
        for number, question in enumerate(questions, 1):
            before = (await self._live.answer(Inquiry(question))).answer
            after = (await chain.answer(Inquiry(question))).answer
            if _sources(before) != _sources(after):
                found.append(Difference(question, _places(before), _places(after, before)))
            progress(number, len(questions))
        return found

    async def dead_links(self, guides: Iterable[Guide]) -> list[DeadLink]:
        """Follow the links of guides' sources; return those that lead nowhere."""
        links = list(dict.fromkeys(source.url for guide in guides for source in guide.sources if source.url))
        at_once = asyncio.Semaphore(_CHECKED_AT_ONCE)

        async def check(url: str) -> DeadLink | None:
            async with at_once:
                try:
                    await self._fetcher.fetch(url)
                except CoachError as error:
                    return DeadLink(url, str(error))
                return None

        return [dead for dead in await asyncio.gather(*map(check, links[:_MOST_LINKS])) if dead]


def _sources(answer: Answer) -> frozenset[tuple[str, str]]:
    """Return what an answer rests on: places, and what stands there. In which order says nothing."""
    return frozenset((citation.place, citation.quote) for citation in answer.citations if answer.covered)


def _places(answer: Answer, before: Answer | None = None) -> str:
    """Name the places an answer rests on; those that say something else than `before`, as such."""
    told = dict(_sources(before)) if before else {}
    places = {
        citation.place: _REWORDED * (told.get(citation.place, citation.quote) != citation.quote)
        for citation in answer.citations
        if answer.covered
    }
    return "; ".join(f"{place}{reworded}" for place, reworded in places.items()) or REFUSED
