"""What counts as answered differently, and which words a preview knows."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.gaps import Gaps
from bot.moderation.effects import Effects
from knowledge.fetching import Fetcher
from knowledge.library import Edition
from retrieval.answer import Answer, Citation, Statement
from retrieval.chain import AnswerChain, Inquiry, Outcome
from retrieval.rewrite import Exchange
from retrieval.search import Searcher

SAID = (Statement("Two minutes.", 1, "sentence", 0, 1.0),)


def answer(*places: tuple[str, str]) -> Answer:
    """An answer from sections of one guide, each with what it says."""
    cited = tuple(
        Citation(marker, "Tea", section, "Notes", quote) for marker, (section, quote) in enumerate(places, 1)
    )
    return Answer(bool(places), (), (), SAID, cited)


class Fixed(AnswerChain):
    """A chain that always gives one answer."""

    def __init__(self, given: Answer) -> None:
        self.given = given

    async def answer(self, inquiry: Inquiry) -> Outcome:
        return Outcome(self.given, Exchange(question=inquiry.message, subject=""))


class Still(Searcher):
    """A searcher that has nothing to follow."""

    def __init__(self) -> None:
        pass

    async def follow(self, edition: Edition) -> None:
        pass


GREEN, BLACK = ("Green", "Two minutes."), ("Black", "Four minutes.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((GREEN, BLACK), (BLACK, GREEN), None),
        ((GREEN,), (GREEN,), None),
        ((), (), None),
        ((), (GREEN,), ("not covered", "Tea › Green")),
        ((GREEN,), (BLACK,), ("Tea › Green", "Tea › Black")),
        (
            (GREEN, BLACK),
            (("Green", "Three minutes."), BLACK),
            ("Tea › Green; Tea › Black", "Tea › Green (in other words); Tea › Black"),
        ),
    ],
)
async def test_only_other_sources_or_other_words_are_another_answer(
    engine: AsyncEngine,
    before: tuple[tuple[str, str], ...],
    after: tuple[tuple[str, str], ...],
    said: tuple[str, str] | None,
) -> None:
    effects = Effects(
        Fixed(answer(*before)),
        lambda: (Still(), Fixed(answer(*after))),
        cast("Fetcher", cast("Any", None)),
        Gaps(engine),
        (),
    )

    found = await effects.differences(Edition(0, "", {}), ["How long?"])

    assert [(each.before, each.after) for each in found] == ([said] if said else [])
