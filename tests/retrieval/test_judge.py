from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import App
from knowledge.guide import Guide
from knowledge.library import Library
from retrieval.embeddings import SentenceEmbeddings
from retrieval.judge import Judge, load_aspects, load_judge
from retrieval.refresh import Refresh, ignore_progress
from retrieval.search import Searcher
from retrieval.wording import Wording

MakeGuide = Callable[..., Guide]


@pytest.fixture(scope="module")
async def judge(app: App, wording: Wording) -> Judge:
    return await load_judge(app.library, app.embeddings, wording)


async def is_covered(judge: Judge, searcher: Searcher, embeddings: SentenceEmbeddings, question: str) -> bool:
    vector = embeddings.encode([question])[0]
    passages = await searcher.search(question, vector, 8)
    assert searcher.field
    return judge.covered(searcher.field.distinct(vector), passages, searcher.field)


@pytest.mark.parametrize(
    "question",
    [
        "What does a data scientist do?",
        "Which skills does a research scientist need?",
        "How do I prepare for machine learning interviews?",
        "Which projects belong in a portfolio?",
    ],
)
async def test_what_the_guides_say_is_covered(app: App, judge: Judge, question: str) -> None:
    assert await is_covered(judge, app.searcher, app.embeddings, question)


@pytest.mark.parametrize(
    "question",
    [
        "How much does a machine learning engineer earn?",
        "What is the weather like today?",
        "How do I bake bread?",
    ],
)
async def test_what_the_guides_leave_open_is_not(app: App, judge: Judge, question: str) -> None:
    assert not await is_covered(judge, app.searcher, app.embeddings, question)


async def test_a_guide_that_holds_the_evidence_is_not_refused(
    library: Library,
    refresh: Refresh,
    searcher: Searcher,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    make_guide: MakeGuide,
) -> None:
    question = "What is the average salary of a data scientist?"
    jobs = make_guide("jobs", "A data scientist studies data.", "A data scientist needs statistics.")
    pay = make_guide("pay", "The average salary of a data scientist was 100,000 dollars in one survey.")
    judge = await load_judge(library, embeddings, wording)

    answers = []
    for guides in ([jobs], [jobs, pay]):
        plan = await refresh.plan(guides)
        await refresh.apply(plan, actor="test", note="", progress=ignore_progress)
        answers.append(await is_covered(judge, searcher, embeddings, question))

    assert answers == [False, True]


async def test_examples_are_encoded_once_and_kept(
    library: Library, embeddings: SentenceEmbeddings, wording: Wording
) -> None:
    class Counted(SentenceEmbeddings):
        calls = 0

        def encode(self, texts: list[str]) -> object:  # type: ignore[override]
            self.calls += 1
            return super().encode(texts)

    counted = Counted(embeddings._model, embeddings.fingerprint)

    await load_judge(library, counted, wording)
    await load_judge(library, counted, wording)

    assert counted.calls == 1
    counted.close()


def test_evidence_is_matched_as_whole_words_and_beside_a_number_where_one_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "uncovered.yaml"
    path.write_text(
        "- {aspect: pay, evidence: [pay, c++], examples: [how much]}\n"
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
