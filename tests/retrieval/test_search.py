from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from bot.app import App
from knowledge.guide import Guide
from knowledge.library import Edition, StoredChunk
from knowledge.loaders.markdown import read_guides
from retrieval.answer import Passage
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex
from retrieval.refresh import Refresh, ignore_progress
from retrieval.retriever import HybridRetriever
from retrieval.search import Searcher, likeness

MakeGuide = Callable[..., Guide]


async def bring(refresh: Refresh, *guides: Guide) -> Edition:
    return await refresh.apply(await refresh.plan(guides), actor="test", note="", progress=ignore_progress)


@pytest.fixture
async def stocked(refresh: Refresh, searcher: Searcher, make_guide: MakeGuide) -> Searcher:
    await bring(
        refresh,
        make_guide("maths", "Linear algebra is enough to begin with.", "Study statistics afterwards."),
        make_guide("cooking", "Boil the pasta for nine minutes.", asks=("When is spaghetti done?",)),
        make_guide("jobs", "Ask for code ZX81 at the desk.", "A recruiter reads a CV in seconds."),
    )
    return searcher


async def search(searcher: Searcher, model: SentenceEmbeddings, text: str, k: int = 3) -> list[Passage]:
    return await searcher.search(text, model.encode([text])[0], k)


async def test_an_empty_library_has_nothing_to_search(
    searcher: Searcher, embeddings: SentenceEmbeddings
) -> None:
    assert not await searcher.open()
    assert await search(searcher, embeddings, "anything") == []


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What should I learn about vectors and matrices?", "Linear algebra is enough to begin with."),
        ("How do hiring people look at my resume?", "A recruiter reads a CV in seconds."),
        ("zx81", "Ask for code ZX81 at the desk."),
        ("When is spaghetti done?", "Boil the pasta for nine minutes."),
    ],
    ids=["by meaning", "by other words", "by a rare word", "by its own question"],
)
async def test_the_right_passage_comes_first(
    stocked: Searcher, embeddings: SentenceEmbeddings, question: str, quote: str
) -> None:
    first, *_ = await search(stocked, embeddings, question)

    assert first.chunk.quote == quote


async def test_passages_come_best_first_and_no_more_than_asked_for(
    stocked: Searcher, embeddings: SentenceEmbeddings
) -> None:
    passages = await search(stocked, embeddings, "statistics for a job", 4)

    scores = [passage.score for passage in passages]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert [p.chunk.id for p in await search(stocked, embeddings, "statistics for a job", 2)] == [
        passage.chunk.id for passage in passages[:2]
    ]


async def test_a_question_without_words_is_searched_by_its_vector(
    stocked: Searcher, embeddings: SentenceEmbeddings
) -> None:
    passages = await stocked.search("?!", embeddings.encode(["pasta"])[0], 3)

    assert passages[0].chunk.guide_id == "cooking"


async def test_a_passage_that_matches_scores_far_above_one_that_does_not(
    stocked: Searcher, embeddings: SentenceEmbeddings
) -> None:
    passages = await search(stocked, embeddings, "When is spaghetti done?", 5)

    assert passages[0].score > 1
    assert passages[-1].score < 0.5


async def test_what_is_indexed_but_not_live_is_not_found(
    stocked: Searcher, index: VectorIndex, embeddings: SentenceEmbeddings
) -> None:
    index.add([("pasta@draft.0", embeddings.encode(["Boil the pasta for nine minutes."]))])

    passages = await search(stocked, embeddings, "Boil the pasta for nine minutes.", 50)

    assert {passage.chunk.guide_id for passage in passages} == {"cooking", "maths", "jobs"}
    assert len(passages) == 5


async def test_a_restart_finds_the_same(
    stocked: Searcher, restart: Callable[[], Searcher], embeddings: SentenceEmbeddings
) -> None:
    again = restart()

    assert await again.open()

    for question in ("statistics", "recruiter", "pasta"):
        before = await search(stocked, embeddings, question, 5)
        after = await search(again, embeddings, question, 5)
        assert [(p.chunk.id, p.score) for p in after] == [(p.chunk.id, p.score) for p in before]


async def test_opening_for_another_model_finds_nothing(
    stocked: Searcher, restart: Callable[[str], Searcher], embeddings: SentenceEmbeddings
) -> None:
    other = restart("other")

    assert not await other.open()
    assert await search(other, embeddings, "statistics") == []
    assert await search(stocked, embeddings, "statistics") != []


async def test_a_library_of_one_sentence_can_be_searched(
    refresh: Refresh, searcher: Searcher, embeddings: SentenceEmbeddings, make_guide: MakeGuide
) -> None:
    await bring(refresh, make_guide("maths", "Algebra."))

    (passage,) = await search(searcher, embeddings, "Something else?")

    assert np.isfinite(passage.score)
    assert passage.place == "About maths › Part 1"


def test_likeness_grows_with_the_whole_chunk_and_its_best_views_and_a_poor_view_takes_nothing_away() -> None:
    query = np.array([1, 0], np.float32)
    same, other = [1, 0], [0, 1]

    chunk = StoredChunk("c.0", "c", "C", "S", ("a?", "b?", "c?"), "", "", (), np.empty((0, 2), np.float32))

    def like(*vectors: list[int]) -> float:
        return likeness(chunk, np.array(vectors, np.float32), query, query)

    assert like(same, same, same) > like(other, same, same) > like(other, other, other)
    assert like(same, same, same) > like(same, same, other) > like(same, other, other)
    assert like(same, same, same, other) == like(same, same, same)


@pytest.fixture
def retriever(stocked: Searcher, embeddings: SentenceEmbeddings) -> HybridRetriever:
    return HybridRetriever(searcher=stocked, embeddings=embeddings, k=2)


async def test_the_retriever_returns_langchain_documents(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)

    documents = await retriever.ainvoke("When is spaghetti done?")

    assert len(documents) == 2
    first = documents[0]
    assert isinstance(first, Document)
    assert first.page_content == "Boil the pasta for nine minutes."
    passage = first.metadata.pop("passage")
    assert isinstance(passage, Passage)
    assert first.id == passage.chunk.id
    assert first.metadata == {
        "guide": "About cooking",
        "section": "Part 1",
        "source": "A. Tester, “Notes”",
        "score": passage.score,
    }


async def test_the_retriever_reads_a_question_as_it_was_meant(
    stocked: Searcher, embeddings: SentenceEmbeddings
) -> None:
    retriever = HybridRetriever(
        searcher=stocked, embeddings=embeddings, k=1, read=lambda text: text.replace("spageti", "spaghetti")
    )

    (misspelt,) = await retriever.ainvoke("When is spageti done?")
    (right,) = await retriever.ainvoke("When is spaghetti done?")

    assert misspelt.metadata["score"] == right.metadata["score"]


async def test_the_retriever_is_a_step_of_a_chain(retriever: HybridRetriever) -> None:
    def best(documents: list[Document]) -> str:
        return documents[0].page_content

    chain = retriever | RunnableLambda(best)

    assert await chain.abatch(["pasta", "recruiter"]) == [
        "Boil the pasta for nine minutes.",
        "A recruiter reads a CV in seconds.",
    ]


async def test_the_retriever_says_that_it_is_asynchronous(retriever: HybridRetriever) -> None:
    with pytest.raises(NotImplementedError, match=r"use ainvoke\(\)"):
        retriever.invoke("pasta")


async def test_every_shipped_section_is_found_by_its_first_question(app: App) -> None:
    asked = [
        (section.asks[0], guide.title, section.heading)
        for guide in read_guides(app.settings.guides_dir)
        for section in guide.sections
    ]
    vectors = app.embeddings.encode([ask for ask, _, _ in asked])

    missed = []
    for (ask, guide, heading), vector in zip(asked, vectors, strict=True):
        passages = await app.searcher.search(ask, vector, 3)
        if (guide, heading) not in {(passage.chunk.guide, passage.chunk.section) for passage in passages}:
            missed.append(ask)

    assert missed == []


async def test_the_app_offers_its_search_as_a_retriever(app: App) -> None:
    documents = await app.retriever(3).ainvoke("What does a data scientist do?")

    assert len(documents) == 3
    assert documents[0].metadata["guide"] == "Data Scientist"
