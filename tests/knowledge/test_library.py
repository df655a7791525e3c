from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.drafts import Draft, draft, embedding_digest, texts_to_embed
from knowledge.guide import Guide
from knowledge.library import Edition, Library, Vectors

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MakeGuide = Callable[..., Guide]
MODEL = "model"


def vectors_of(item: Draft) -> dict[str, Vectors]:
    """Some vectors for a draft's chunks: each text's own, so that they can be told apart."""
    return {
        embedding_digest(chunk): np.array(
            [[len(text), sum(text.encode())] for text in texts_to_embed(chunk)], dtype=np.float32
        )
        for chunk in item.chunks
    }


async def publish(library: Library, *guides: Guide, model: str = MODEL) -> Edition:
    drafts = [draft(guide) for guide in guides]
    for item in drafts:
        missing = await library.unembedded(item.chunks, model)
        if missing:
            kept = {digest: matrix for digest, matrix in vectors_of(item).items() if digest in missing}
            await library.keep_vectors(model, kept)
    await library.write(drafts)
    return await library.publish([item.version_id for item in drafts], model=model, actor="test", note="")


async def chunk_ids(library: Library, edition: Edition) -> list[str]:
    return [text.id async for text in library.texts(edition)]


async def test_a_new_library_is_empty(library: Library) -> None:
    assert await library.live() == Edition(0, "", {})
    assert await library.guides() == []


async def test_nobody_sees_a_written_version_before_it_is_published(
    library: Library, make_guide: MakeGuide
) -> None:
    before = await publish(library, make_guide("maths", "Old text."))

    item = draft(make_guide("maths", "New text."))
    await library.keep_vectors(MODEL, vectors_of(item))
    await library.write([item, draft(make_guide("python", "Other text."))])

    assert await library.live() == before
    assert [guide.id for guide in await library.guides()] == ["maths"]
    assert [text.searchable async for text in library.texts(before)] == ["About maths: Part 1. Old text."]


async def test_publishing_shows_everything_at_once(library: Library, make_guide: MakeGuide) -> None:
    old = await publish(library, make_guide("a", "Old."), make_guide("b", "Old."), make_guide("c", "Old."))
    new = [draft(make_guide(name, "New.")) for name in ("a", "b", "d")]
    await library.write(new)
    seen = [await library.live()]

    async def watch() -> None:
        while seen[-1] == old:
            seen.append(await library.live())

    watcher = asyncio.create_task(watch())
    published = await library.publish([each.version_id for each in new], model=MODEL, actor="test", note="")
    await watcher

    assert published.versions == {each.guide.id: each.version_id for each in new}
    assert published.id > old.id
    assert set(map(repr, seen)) <= {repr(old), repr(published)}
    assert seen[-1] == published == await library.live()


async def test_a_version_that_was_not_written_cannot_be_published(
    library: Library, make_guide: MakeGuide
) -> None:
    before = await publish(library, make_guide("maths", "Text."))

    with pytest.raises(IntegrityError):
        await library.publish(["maths@nowhere"], model=MODEL, actor="test", note="")

    assert await library.live() == before


async def test_everything_can_be_removed(library: Library, make_guide: MakeGuide) -> None:
    await publish(library, make_guide("maths", "Text."))

    empty = await library.publish([], model=MODEL, actor="test", note="")

    assert empty.versions == {}
    assert await library.guides() == []
    assert await chunk_ids(library, empty) == []


def test_the_same_content_has_the_same_version(make_guide: MakeGuide) -> None:
    assert draft(make_guide("maths", "Text.")).version_id == draft(make_guide("maths", "Text.")).version_id


def test_any_change_makes_another_version(make_guide: MakeGuide) -> None:
    guide = make_guide("maths", "Text.", asks=("Why?",))
    section = guide.sections[0]
    changed = [
        guide,
        make_guide("algebra", "Text.", asks=("Why?",)),
        make_guide("maths", "Text!", asks=("Why?",)),
        make_guide("maths", "Text.", asks=("How?",)),
        make_guide("maths", "Text.", "More.", asks=("Why?",)),
        replace(guide, title="Another"),
        replace(guide, summary="Another"),
        replace(guide, updated=guide.updated.replace(year=2030)),
        replace(guide, sections=(replace(section, heading="Another"),)),
        replace(guide, sections=(replace(section, sources=(replace(section.sources[0], url="x"),)),)),
    ]

    assert len({draft(each).version_id for each in changed}) == len(changed)


async def test_writing_a_version_again_changes_nothing(library: Library, make_guide: MakeGuide) -> None:
    edition = await publish(library, make_guide("maths", "Text."))
    ids = await chunk_ids(library, edition)

    await library.write([draft(make_guide("maths", "Text."))])

    assert await chunk_ids(library, edition) == ids


async def test_old_content_that_comes_back_needs_no_new_vectors(
    library: Library, make_guide: MakeGuide
) -> None:
    first = await publish(library, make_guide("maths", "Old.", "Kept."))
    await publish(library, make_guide("maths", "New.", "Kept."))

    chunks = draft(make_guide("maths", "Old.", "Kept.", "Added.")).chunks
    missing = await library.unembedded(chunks, MODEL)
    again = await publish(library, make_guide("maths", "Old.", "Kept."))

    assert [chunk.section.body for chunk in missing.values()] == ["Added."]
    assert again.versions == first.versions
    assert again.id > first.id


async def test_vectors_belong_to_a_model(library: Library, make_guide: MakeGuide) -> None:
    item = draft(make_guide("maths", "Text."))
    await publish(library, item.guide)
    (digest,) = vectors_of(item)

    assert await library.unembedded(item.chunks, MODEL) == {}
    assert list(await library.unembedded(item.chunks, "another")) == [digest]
    assert await library.kept_vectors("another", [digest]) == {}
    assert await library.chunks([item.chunk_id(item.chunks[0])], "another") == []


async def test_vectors_are_kept_by_what_they_encode(library: Library) -> None:
    vectors = {str(n): np.full(3, n, np.float32) for n in range(1200)}

    await library.keep_vectors(MODEL, vectors)

    kept = await library.kept_vectors(MODEL, [*vectors, "unknown"])
    assert kept.keys() == vectors.keys()
    for digest, vector in vectors.items():
        np.testing.assert_array_equal(kept[digest], vector)


async def test_vectors_that_are_kept_already_stay(library: Library) -> None:
    vector = np.ones(3, np.float32)
    await library.keep_vectors(MODEL, {"digest": vector})

    await library.keep_vectors(MODEL, {"digest": vector + 1, "other": vector})
    await library.keep_vectors(MODEL, {})

    kept = await library.kept_vectors(MODEL, ["digest", "other"])
    assert len(kept) == 2
    for each in kept.values():
        np.testing.assert_array_equal(each, vector)


def test_a_digest_tells_questions_and_units_apart(make_guide: MakeGuide) -> None:
    chunks = [
        draft(make_guide("maths", "One. Two.")).chunks[0],
        draft(make_guide("maths", "One. Two.", asks=("Why?",))).chunks[0],
        draft(make_guide("maths", "- One.\n- Two.\n- Why?")).chunks[0],
        draft(make_guide("maths", "One.", "Two.")).chunks[1],
    ]

    assert len({embedding_digest(chunk) for chunk in chunks}) == len(chunks)


async def test_a_stored_chunk_is_what_was_written(library: Library, make_guide: MakeGuide) -> None:
    item = draft(make_guide("maths", "Learn **algebra**.\n\n- Then calculus", asks=("What?", "Which?")))
    chunk = item.chunks[0]
    await publish(library, item.guide)

    (stored,) = await library.chunks([item.chunk_id(chunk)], MODEL)

    assert (stored.guide_id, stored.guide, stored.section) == ("maths", "About maths", "Part 1")
    assert stored.asks == ("What?", "Which?")
    assert stored.source == "A. Tester, “Notes”"
    assert stored.quote == "Learn **algebra**.\n\n- Then calculus"
    assert stored.units == chunk.units
    (matrix,) = vectors_of(item).values()
    np.testing.assert_array_equal(stored.vectors, matrix)


async def test_chunks_come_in_the_order_asked_for_and_missing_ones_are_left_out(
    library: Library, make_guide: MakeGuide
) -> None:
    edition = await publish(library, make_guide("maths", "One.", "Two.", "Three."))
    one, two, three = await chunk_ids(library, edition)

    found = await library.chunks([three, "maths@gone.0", one, two], MODEL)

    assert [chunk.id for chunk in found] == [three, one, two]


async def test_texts_hold_the_questions_of_a_chunk(library: Library, make_guide: MakeGuide) -> None:
    edition = await publish(library, make_guide("maths", "Text.", asks=("Why?", "How?")))

    assert [text.searchable async for text in library.texts(edition)] == [
        "About maths: Part 1. Text. Why? How?"
    ]


async def test_index_rows_are_a_chunks_own_vector_and_its_questions(
    library: Library, make_guide: MakeGuide
) -> None:
    item = draft(make_guide("maths", "One. Two.", asks=("Why?",)))
    edition = await publish(library, item.guide)

    ((chunk_id, matrix),) = [row async for row in library.index_rows(edition, MODEL)]

    assert chunk_id == item.chunk_id(item.chunks[0])
    np.testing.assert_array_equal(matrix, vectors_of(item)[embedding_digest(item.chunks[0])][:2])
    assert [row async for row in library.index_rows(edition, "another")] == []


async def test_guides_are_listed_by_title_with_their_chunks_counted(
    library: Library, make_guide: MakeGuide
) -> None:
    await publish(library, make_guide("python", "One."), make_guide("maths", "One.", "Two."))
    edition = await publish(
        library, make_guide("python", "One.", "Two.", "Three."), make_guide("maths", "One.")
    )

    listed = await library.guides()

    assert [(guide.title, guide.chunks) for guide in listed] == [("About maths", 1), ("About python", 3)]
    assert (listed[0].id, listed[0].summary, listed[0].updated) == ("maths", "A guide.", "2026-01-02")
    assert edition.versions.keys() == {"maths", "python"}


async def test_a_library_of_more_guides_than_fit_one_statement(
    library: Library, make_guide: MakeGuide
) -> None:
    guides = [make_guide(f"guide-{n:04}", f"Text {n}.") for n in range(1201)]
    drafts = [draft(guide) for guide in guides]
    everything = {digest: matrix for item in drafts for digest, matrix in vectors_of(item).items()}
    await library.keep_vectors(MODEL, everything)
    await library.write(drafts)
    edition = await library.publish([each.version_id for each in drafts], model=MODEL, actor="test", note="")

    assert len(edition.versions) == 1201
    assert len(set(await chunk_ids(library, edition))) == 1201
    assert len([row async for row in library.index_rows(edition, MODEL)]) == 1201
    assert await library.unembedded([chunk for item in drafts for chunk in item.chunks], MODEL) == {}


async def test_who_changed_the_library_and_why_is_on_record(library: Library, engine: AsyncEngine) -> None:
    await library.publish([], model=MODEL, actor="moderator", note="spring cleaning")

    async with engine.connect() as db:
        rows = (await db.execute(text("SELECT actor, note FROM editions"))).all()
    assert [tuple(row) for row in rows] == [("moderator", "spring cleaning")]
