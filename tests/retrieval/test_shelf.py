from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from knowledge.guide import Guide
from knowledge.library import Library
from retrieval import shelf as module
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.refresh import Refresh, ignore_progress
from retrieval.shelf import Shelf

MakeGuide = Callable[..., Guide]


@pytest.fixture
async def ids(refresh: Refresh, library: Library, make_guide: MakeGuide) -> list[str]:
    """Chunks of a library."""
    guide = make_guide("cooking", "Boil the pasta.", "Fry the onions.", "Bake the bread.")
    plan = await refresh.plan([guide])
    edition = await refresh.apply(plan, actor="test", note="", progress=ignore_progress)
    return list(await library.index_sizes(edition.versions.values()))


@pytest.fixture
def shelf(library: Library, embeddings: SentenceEmbeddings) -> Shelf:
    return Shelf(library, embeddings.fingerprint)


@pytest.fixture
def field(embeddings: SentenceEmbeddings) -> Field:
    return Field.of(embeddings.encode(["Cook it.", "Eat it."]))


async def test_chunks_come_in_order_with_their_distinct_vectors(
    shelf: Shelf, field: Field, ids: list[str], library: Library, embeddings: SentenceEmbeddings
) -> None:
    wanted = [ids[2], "nobody's@0.0", ids[0]]
    stored = await library.chunks(wanted, embeddings.fingerprint)

    for _ in range(2):  # the second time they are at hand
        taken = await shelf.take(wanted, field)
        assert [chunk.id for chunk, _ in taken] == [ids[2], ids[0]]
        for (chunk, distinct), expected in zip(taken, stored, strict=True):
            assert chunk.quote == expected.quote
            np.testing.assert_array_equal(distinct, field.distinct(expected.vectors))


async def test_what_is_at_hand_is_not_read_again(
    shelf: Shelf, field: Field, ids: list[str], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelf.take(ids[:2], field)
    read: list[list[str]] = []
    fetch = library.chunks

    async def reading(wanted: list[str], model: str) -> object:
        read.append(wanted)
        return await fetch(wanted, model)

    monkeypatch.setattr(library, "chunks", reading)
    await shelf.take(ids, field)
    await shelf.take(ids, field)

    assert read == [ids[2:]]


async def test_another_field_has_other_vectors(
    shelf: Shelf, field: Field, ids: list[str], embeddings: SentenceEmbeddings
) -> None:
    other = Field.of(embeddings.encode(["Pasta.", "Onions."]))
    [(_, before)] = await shelf.take(ids[:1], field)

    [(chunk, after)] = await shelf.take(ids[:1], other)

    np.testing.assert_array_equal(after, other.distinct(chunk.vectors))
    assert not np.array_equal(before, after)


async def test_the_shelf_holds_so_many_and_those_used_last(
    shelf: Shelf, field: Field, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST", 2)

    for chunk_id in (ids[0], ids[1], ids[0], ids[2]):
        await shelf.take([chunk_id], field)

    assert list(shelf._chunks) == [ids[0], ids[2]]
    assert [chunk.id for chunk, _ in await shelf.take(ids, field)] == ids
    assert len(shelf) == 2
