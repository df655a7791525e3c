from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from chromadb.api import ClientAPI

from knowledge.guide import Guide
from knowledge.library import Library, Vectors
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex
from retrieval.refresh import Refresh, ignore_progress
from retrieval.search import Searcher

MakeGuide = Callable[..., Guide]
Rows = list[tuple[str, Vectors]]


def random_rows(chunks: int, questions: int = 0, dimensions: int = 384, seed: int = 0) -> Rows:
    vectors = np.random.default_rng(seed).normal(size=(chunks, 1 + questions, dimensions))
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return [(f"guide@0.{n}", matrix.astype(np.float32)) for n, matrix in enumerate(vectors)]


@pytest.fixture
def small(client: ClientAPI) -> tuple[VectorIndex, Rows]:
    """An index of ten chunks, each of two questions."""
    index, rows = VectorIndex(client, "small"), random_rows(10, questions=2, dimensions=16)
    index.add(rows)
    return index, rows


def test_an_empty_index_finds_nothing(client: ClientAPI) -> None:
    index = VectorIndex(client, "empty")
    rows = random_rows(2)

    assert index.nearest(rows[0][1][0], 5) == {}
    assert index.unreachable(rows) == ["guide@0.0", "guide@0.1"]
    assert index.unreachable([]) == []


def test_recall_is_whole_on_3000_random_vectors(client: ClientAPI) -> None:
    index, rows = VectorIndex(client, "recall"), random_rows(3000)
    index.add(rows)
    vectors = np.concatenate([matrix for _, matrix in rows])

    missed = [chunk_id for chunk_id, matrix in rows if chunk_id not in index.nearest(matrix[0], 1)]
    assert missed == []
    assert index.unreachable(rows) == []

    for _, query in random_rows(50, seed=1):
        nearest = np.argsort(vectors @ query[0])[-50:]
        assert index.nearest(query[0], 50).keys() == {f"guide@0.{n}" for n in nearest}


def test_likeness_is_the_cosine(client: ClientAPI) -> None:
    index = VectorIndex(client, "cosine")
    index.add([("a@0.0", np.array([[1, 0]], np.float32)), ("b@0.0", np.array([[0.6, 0.8]], np.float32))])

    assert index.nearest(np.array([1, 0], np.float32), 2) == pytest.approx(
        {"a@0.0": 1.0, "b@0.0": 0.6}, abs=1e-5
    )


def test_a_chunk_is_found_by_its_questions_and_counts_by_its_best(small: tuple[VectorIndex, Rows]) -> None:
    index, rows = small

    for chunk_id, matrix in rows:
        for vector in matrix:
            found = index.nearest(vector, 30)
            assert max(found, key=found.__getitem__) == chunk_id
            assert found[chunk_id] == pytest.approx(1.0, abs=1e-5)
            assert len(found) == 10


def test_adding_again_doubles_nothing(small: tuple[VectorIndex, Rows]) -> None:
    index, rows = small

    index.add(rows)

    assert index._collection.count() == 30


def test_only_what_is_named_is_kept(small: tuple[VectorIndex, Rows]) -> None:
    index, rows = small

    index.keep_only({"guide@0.1", "guide@0.2", "unknown"})

    assert set(index._row_ids()) == {f"guide@0.{n}{q}" for n in (1, 2) for q in ("", "#1", "#2")}
    assert index.nearest(rows[0][1][0], 30).keys() == {"guide@0.1", "guide@0.2"}


def test_chunks_with_a_row_missing_are_incomplete(small: tuple[VectorIndex, Rows]) -> None:
    index, rows = small
    assert index.incomplete(rows) == []

    index._collection.delete(ids=["guide@0.3", "guide@0.5#2"])

    assert [chunk_id for chunk_id, _ in index.incomplete(rows)] == ["guide@0.3", "guide@0.5"]


def test_clearing_leaves_an_index_that_can_be_filled(small: tuple[VectorIndex, Rows]) -> None:
    index, rows = small

    index.clear()
    assert index._row_ids() == []
    index.add(rows[:1])

    assert index.nearest(rows[0][1][0], 5).keys() == {"guide@0.0"}


def test_the_name_of_a_guide_may_hold_the_mark_of_a_question(client: ClientAPI) -> None:
    index = VectorIndex(client, "sharp")
    matrix = random_rows(1, questions=1, dimensions=4)[0][1]
    index.add([("c#2@0.0", matrix)])

    index.keep_only({"c#2@0.0"})

    assert index.nearest(matrix[0], 5).keys() == {"c#2@0.0"}
    assert index.unreachable([("c#2@0.0", matrix)]) == []


def test_two_models_never_share_a_collection(client: ClientAPI) -> None:
    first, second = VectorIndex(client, "first"), VectorIndex(client, "second")
    rows = random_rows(3, dimensions=8)
    first.add(rows)
    second.add([("other@0.0", random_rows(1, dimensions=4)[0][1])])

    assert first.nearest(rows[0][1][0], 10).keys() == {"guide@0.0", "guide@0.1", "guide@0.2"}
    second.clear()
    second.keep_only(set())
    assert first._collection.count() == 3
    assert VectorIndex(client, "first")._collection.count() == 3


@pytest.fixture
async def rows(refresh: Refresh, make_guide: MakeGuide, library: Library) -> Rows:
    """What a library of two guides has in the index."""
    guides = [
        make_guide("maths", "Learn linear algebra.", "Learn statistics.", asks=("How much maths?",)),
        make_guide("c#", "Languages matter little.", asks=("Does C# help?",)),
    ]
    plan = await refresh.plan(guides)
    edition = await refresh.apply(plan, actor="test", note="", progress=ignore_progress)
    return [row async for row in library.index_rows(edition, edition.model)]


@pytest.mark.parametrize(
    "lost",
    [
        lambda ids: ids[:1],
        lambda ids: [row for row in ids if not row.endswith("#1")],
        lambda ids: [row for row in ids if row.endswith("#1")],
        lambda ids: [row for row in ids if row.startswith("c#")],
        lambda ids: ids,
    ],
    ids=["one row", "every chunk's own", "every question", "a guide", "all"],
)
async def test_rows_that_are_missing_are_put_back_at_start(
    rows: Rows,
    index: VectorIndex,
    restart: Callable[[], Searcher],
    lost: Callable[[list[str]], list[str]],
) -> None:
    whole = sorted(index._row_ids())
    assert len(whole) == 6
    index._collection.delete(ids=lost(whole))

    assert await restart().open()

    assert sorted(index._row_ids()) == whole
    for chunk_id, matrix in rows:
        for vector in matrix:
            assert index.nearest(vector, 6)[chunk_id] == pytest.approx(1.0, abs=1e-5)


async def test_stale_rows_are_cleared_at_start_and_never_found(
    rows: Rows, index: VectorIndex, restart: Callable[[], Searcher], embeddings: SentenceEmbeddings
) -> None:
    whole = sorted(index._row_ids())
    vectors = embeddings.encode(["How much maths?", "Does C# help?"])
    index.add([("maths@gone.0", vectors), ("gone@0.0", vectors)])

    searcher = restart()
    assert await searcher.open()

    assert sorted(index._row_ids()) == whole
    found = await searcher.search("How much maths?", vectors[0], 10)
    assert {passage.chunk.id for passage in found} == {chunk_id for chunk_id, _ in rows}


@pytest.mark.usefixtures("rows")
async def test_an_index_thrown_away_is_rebuilt_without_encoding(
    client: ClientAPI, index: VectorIndex, restart: Callable[[], Searcher]
) -> None:
    whole = sorted(index._row_ids())
    client.delete_collection(index._name)

    # A searcher has no model: all it can use are the vectors that the library keeps.
    searcher = restart()
    assert await searcher.open()

    assert sorted(searcher._index._row_ids()) == whole


def test_rows_read_while_they_change_are_not_kept_as_the_present_ones(
    small: tuple[VectorIndex, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, _ = small
    new = random_rows(1, dimensions=16, seed=1)[0][1]
    read = index._collection.get

    def read_and_be_overtaken(*args: object, **options: object) -> object:
        found = read(*args, **options)  # type: ignore[arg-type]
        monkeypatch.undo()
        index.add([("new@0.0", new)])
        return found

    monkeypatch.setattr(index._collection, "get", read_and_be_overtaken)
    assert "new@0.0" not in index.nearest(new[0], 1)
    assert "new@0.0" in index.nearest(new[0], 1)


def test_of_many_who_search_after_a_write_one_reads_the_rows(
    small: tuple[VectorIndex, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, rows = small
    read, reads = index._collection.get, []

    def read_slowly(*args: object, **options: object) -> object:
        reads.append(args)
        time.sleep(0.05)
        return read(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(index._collection, "get", read_slowly)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: index.nearest(rows[0][1][0], 1), range(4)))
    index.remove({})  # nothing is written by it
    index.nearest(rows[0][1][0], 1)

    assert found == [found[0]] * 4
    assert len(reads) == 1


def test_an_index_emptied_between_counting_and_reading_finds_nothing(
    small: tuple[VectorIndex, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, rows = small
    count = index._collection.count

    def count_and_be_overtaken() -> int:
        counted = count()
        index.keep_only(set())
        return counted

    monkeypatch.setattr(index._collection, "count", count_and_be_overtaken)
    assert index.nearest(rows[0][1][0], 5) == {}
