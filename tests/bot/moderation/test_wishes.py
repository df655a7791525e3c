"""Gaps are grouped by meaning, name nobody, and whoever waits is told once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.gaps import Gaps
from bot.moderation.wishes import Wishes
from retrieval.answer import Answer, Statement
from retrieval.chain import AnswerChain, Inquiry, Outcome
from retrieval.embeddings import SentenceEmbeddings
from retrieval.rewrite import Exchange


class Knowing(AnswerChain):
    """A chain that covers what it has been taught."""

    def __init__(self) -> None:
        self.taught: set[str] = set()

    async def answer(self, inquiry: Inquiry) -> Outcome:
        covered = inquiry.message in self.taught
        said = (Statement("Two minutes.", 1, "sentence", 0, 1.0),) if covered else ()
        exchange = Exchange(question=inquiry.message, subject="", points=(), said=(), offers=())
        return Outcome(Answer(covered, (), (), said), exchange)


@pytest.fixture
def gaps(engine: AsyncEngine) -> Gaps:
    return Gaps(engine)


async def test_questions_that_mean_the_same_are_one_gap(gaps: Gaps, embeddings: SentenceEmbeddings) -> None:
    for user, question in (
        ("ada", "how long do I steep green tea?"),
        ("bob", "How long should green tea be steeped?"),
        ("ada", "how long do I steep green tea?"),
        ("cy", "who repairs old bicycles here?"),
    ):
        await gaps.add(user, question)

    tea, bicycles = await Wishes(gaps, Knowing(), embeddings).grouped()
    assert (tea.question, tea.count) == ("how long do I steep green tea?", 3)
    assert tea.wordings[1] == "How long should green tea be steeped?"
    assert bicycles.count == 1


async def test_nothing_refused_is_no_gap(gaps: Gaps, embeddings: SentenceEmbeddings) -> None:
    assert await Wishes(gaps, Knowing(), embeddings).grouped() == []


async def test_whoever_asked_to_be_told_is_told_once(gaps: Gaps, embeddings: SentenceEmbeddings) -> None:
    chain = Knowing()
    wishes = Wishes(gaps, chain, embeddings)
    for user in ("ada", "bob"):
        await gaps.add(user, "how long do I steep tea?")
    await gaps.want("ada", "how long do I steep tea?")
    assert await wishes.notices() == []

    chain.taught.add("how long do I steep tea?")
    both = await asyncio.gather(wishes.notices(), wishes.notices())
    assert [notice.user for notices in both for notice in notices] == ["ada"]
    assert await wishes.notices() == []


async def test_a_question_that_was_not_recorded_is_when_somebody_waits_for_it(gaps: Gaps) -> None:
    await gaps.want("ada", "anything?")

    assert [(waiting.user, waiting.question) for waiting in await gaps.waiting()] == [("ada", "anything?")]
