from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.app import App
from knowledge.guide import Guide
from knowledge.library import Vectors
from retrieval.chain import Inquiry
from retrieval.embeddings import SentenceEmbeddings
from retrieval.judge import Signs, load_aspects, open_judge
from retrieval.refresh import ignore_progress


async def is_covered(app: App, question: str) -> bool:
    outcome = await app.chain.answer(Inquiry(question))
    return outcome.answer.covered


@pytest.mark.parametrize(
    "question",
    [
        "What does a data scientist do?",
        "Which skills does a research scientist need?",
        "How do I prepare for machine learning interviews?",
        "Which projects belong in a portfolio?",
        "docker?",
        "Asana",
    ],
)
async def test_what_the_guides_say_is_covered(app: App, question: str) -> None:
    assert await is_covered(app, question)


@pytest.mark.parametrize(
    "question",
    [
        "How much does a machine learning engineer earn?",
        "What is the weather like today?",
        "How do I bake bread?",
        "cassandra",
        "keras vs jax for a beginner",
        "give my cover letter a once-over",
    ],
)
async def test_what_the_guides_leave_open_is_not(app: App, question: str) -> None:
    assert not await is_covered(app, question)


async def test_a_guide_added_on_what_was_left_open_is_not_refused(
    app: App, make_guide: Callable[..., Guide]
) -> None:
    question = "What is the average salary of a data scientist?"
    pay = make_guide("salaries", "The average salary of a data scientist was 100,000 dollars in 2025.")

    async def bring(guides: list[Guide]) -> None:
        plan = await app.refresh.plan(guides)
        await app.refresh.apply(plan, actor="test", note="", progress=ignore_progress)

    before = await is_covered(app, question)
    try:
        await bring([*app.guides, pay])
        after = await is_covered(app, question)
    finally:
        await bring(app.guides)

    assert (before, after) == (False, True)
    assert not await is_covered(app, question)


async def test_the_examples_are_not_encoded_at_every_start(app: App) -> None:
    class Refusing(SentenceEmbeddings):
        def encode(self, texts: Sequence[str]) -> Vectors:
            raise AssertionError(f"{len(texts)} texts are encoded again")

    refusing = Refusing(app.embeddings._model, app.embeddings.fingerprint)
    wording = app.chain._rewriter._wording

    judge = await open_judge(load_aspects(), app.library, refusing, wording, app.searcher.field)

    assert len(judge._vectors) == sum(len(aspect.examples) for aspect in load_aspects())
    refusing.close()


def test_evidence_is_matched_as_whole_words_and_beside_a_number_where_one_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "uncovered.yaml"
    path.write_text(
        "- {aspect: pay, evidence: [pay, day rate], examples: [how much]}\n"
        "- {aspect: time, evidence: [weeks], number: true, examples: [how long]}\n"
        "- {aspect: weather, evidence: [], examples: [is it raining]}\n",
        encoding="utf-8",
    )

    pay, time, weather = (aspect.evidence for aspect in load_aspects(path))

    assert pay
    assert time
    assert pay.search("They PAY well")
    assert not pay.search("payment")
    assert time.search("It takes six full weeks.")
    assert not time.search("It takes weeks.")
    assert weather is None


def test_an_aspect_is_asked_for_by_its_evidence_and_by_its_cue(tmp_path: Path) -> None:
    path = tmp_path / "uncovered.yaml"
    path.write_text(
        "- {aspect: review, evidence: [verdict], cue: [rate my], examples: [how good is it]}\n"
        "- {aspect: weather, evidence: [], examples: [is it raining]}\n",
        encoding="utf-8",
    )

    review, weather = load_aspects(path)

    assert review.asked_by("please rate my work")
    assert review.asked_by("your verdict?")
    assert not review.asked_by("a separate myth")
    assert review.evidence
    assert not review.evidence.search("We rate my work.")
    assert not weather.asked_by("is it raining")


def test_a_word_alone_refuses_no_question_that_all_else_speaks_for() -> None:
    assert Signs(votes=5.0, phrasing=1.0, meaning=1.0, named=True).lean > 0
    assert Signs(votes=0.0, phrasing=0.0, meaning=0.0, named=True).lean < 0
