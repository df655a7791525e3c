from __future__ import annotations

import asyncio

import numpy as np
import pytest
from langchain_core.runnables import Runnable

from bot.app import App
from knowledge.roles import load_roles
from knowledge.units import split_units
from retrieval.chain import AnswerChain, Inquiry, Outcome
from retrieval.embeddings import SentenceEmbeddings
from retrieval.judge import Judge
from retrieval.rewrite import Exchange, Rewriter
from retrieval.search import Searcher
from retrieval.wording import Wording

ROLES = load_roles()
TITLES = {
    "Applied ML Engineer",
    "Data Scientist",
    "Research Scientist",
    "ML Infrastructure Engineer",
    "AI/ML Product Manager",
}
SKILLS = "What skills does a data scientist need?"


async def converse(app: App, *messages: str) -> Outcome:
    """Ask one thing after another; return what comes of the last."""
    outcome, last = None, None
    for message in messages:
        outcome = await app.chain.answer(Inquiry(message, last))
        last = outcome.exchange
    assert outcome
    return outcome


async def test_the_chain_is_a_langchain_runnable(app: App) -> None:
    assert isinstance(app.chain.runnable, Runnable)

    outcomes = await app.chain.runnable.abatch([Inquiry(SKILLS), Inquiry("How do I bake bread?")])

    assert [outcome.answer.covered for outcome in outcomes] == [True, False]


@pytest.mark.parametrize(
    "question", [SKILLS, "which role suits me?", "what maths do I need and which projects should I build?"]
)
async def test_every_statement_is_a_sentence_item_or_row_of_its_citation(app: App, question: str) -> None:
    answer = (await converse(app, question)).answer

    assert answer.statements
    for statement in answer.statements:
        quote = answer.citations[statement.marker - 1].quote
        assert statement.text in {unit.text for unit in split_units(quote)}


@pytest.mark.parametrize("role", sorted(TITLES))
async def test_a_question_on_one_role_is_not_answered_from_another(app: App, role: str) -> None:
    outcome = await converse(app, f"What skills does a {role} need?")

    answer = outcome.answer
    assert answer.citations[0].guide == role
    assert {passage.chunk.guide for passage in answer.passages} & TITLES == {role}
    for statement in answer.statements:
        named = {each.title for each in ROLES.named(statement.text)}
        assert not named or role in named
    assert outcome.exchange.subject == role


async def test_a_follow_up_is_not_covered_because_its_subject_is(app: App) -> None:
    outcome = await converse(app, SKILLS, "and how much salary do they earn?")

    assert not outcome.answer.covered
    assert (outcome.answer.statements, outcome.answer.citations) == ((), ())
    assert outcome.exchange.subject == "Data Scientist"


async def test_after_a_refusal_the_subject_can_still_be_followed_up(app: App) -> None:
    outcome = await converse(app, SKILLS, "and how much salary do they earn?", "what do they do all day?")

    assert outcome.answer.covered
    assert outcome.answer.citations[0].guide == "Data Scientist"


async def test_two_questions_in_one_message_are_both_answered(app: App) -> None:
    outcome = await converse(app, "what maths do I need and which projects should I build?")

    assert "linear algebra" in outcome.answer.text.lower()
    assert {"Foundations and Tools", "Projects and Portfolio"} <= {c.guide for c in outcome.answer.citations}


async def test_more_says_what_was_not_said_until_nothing_is_left(app: App) -> None:
    outcome = await converse(app, SKILLS)
    rounds = 0
    while outcome.answer.statements:
        before = outcome.exchange.said
        outcome = await app.chain.answer(Inquiry("tell me more", outcome.exchange))
        texts = tuple(statement.text for statement in outcome.answer.statements)
        assert outcome.answer.covered
        assert not set(texts) & set(before)
        assert outcome.exchange.said == before + texts
        assert outcome.exchange.subject == "Data Scientist"
        rounds += 1

    assert 1 < rounds < 20


async def test_a_picked_point_is_explained_and_another_can_be_picked(app: App) -> None:
    listed = await converse(app, SKILLS)
    assert len(listed.exchange.points) > 1

    first = await app.chain.answer(Inquiry("the first one", listed.exchange))
    second = await app.chain.answer(Inquiry("and the second?", first.exchange))

    assert first.answer.covered
    assert second.answer.covered
    assert first.exchange.points == second.exchange.points == listed.exchange.points


async def test_an_exchange_holds_what_a_follow_up_may_refer_to(app: App) -> None:
    answer, exchange = (outcome := await converse(app, SKILLS)).answer, outcome.exchange

    assert exchange.question == SKILLS
    assert exchange.offers == answer.nearest
    assert 1 <= len(exchange.offers) <= 3
    assert exchange.said == tuple(statement.text for statement in answer.statements)
    items = tuple(statement.text for statement in answer.statements if statement.kind == "item")
    assert len(exchange.points) > 1
    assert items[: len(exchange.points)] == exchange.points


async def test_asking_which_role_suits_makes_that_role_the_subject(app: App) -> None:
    outcome = await converse(
        app, "I love theory and mathematics, which role suits me?", "what skills does it take?"
    )

    assert outcome.exchange.subject == "Research Scientist"
    assert outcome.answer.citations[0].guide == "Research Scientist"


async def test_a_question_in_short_forms_and_with_slips_finds_the_same(app: App) -> None:
    right = await converse(app, "What skills does a machine learning infrastructure engineer need?")
    typed = await converse(app, "wat skils does a ml infra enginer need")

    assert typed.answer.covered
    assert typed.answer.citations[0] == right.answer.citations[0]


async def test_the_same_question_gets_the_same_answer_also_in_company(app: App) -> None:
    alone = await converse(app, SKILLS)

    together = await asyncio.gather(
        converse(app, SKILLS), converse(app, "which role suits me?"), converse(app, SKILLS)
    )

    assert together[0].answer.text == together[2].answer.text == alone.answer.text


async def test_without_a_library_nothing_is_covered(
    searcher: Searcher, embeddings: SentenceEmbeddings, wording: Wording
) -> None:
    judge = Judge((), np.empty((0, embeddings.dimensions), np.float32), ())
    chain = AnswerChain(Rewriter(wording, ROLES), ROLES, embeddings, searcher, judge)

    outcome = await chain.answer(Inquiry(SKILLS))

    assert not outcome.answer.covered
    assert (outcome.answer.text, outcome.answer.nearest, outcome.answer.passages) == ("", (), ())
    assert outcome.exchange == Exchange(SKILLS, "Data Scientist")
