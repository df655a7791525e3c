from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api.client import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.drafts import draft, embedding_digest, texts_to_embed
from knowledge.guide import Guide
from knowledge.library import Edition, Library
from retrieval.embeddings import BATCH_SIZE, SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Plan, Refresh, ignore_progress
from retrieval.search import Searcher
from tests.retrieval.counted import Counted
from tests.victim import Victim

MakeGuide = Callable[..., Guide]
# Set KILLS to 200 for the whole proof (`KILLS=200 pytest tests/retrieval/test_refresh.py`, some ten minutes).
KILLS = int(os.environ.get("KILLS", "20"))
# Seconds after the start, or after everything is open, within which it dies: some refreshes.
LATEST_KILL = 1.0
ROUND_STEP = 1000

# Runs of operations, and operations in each: 240 in all.
RUNS = 12
OPERATIONS = 20


@pytest.fixture
def refresh(library: Library, counted: Counted, searcher: Searcher) -> Refresh:
    return Refresh(library, counted, searcher)


async def bring(refresh: Refresh, *guides: Guide) -> tuple[Plan, Edition]:
    plan = await refresh.plan(guides)
    return plan, await refresh.apply(plan, actor="test", note="", progress=ignore_progress)


async def found(searcher: Searcher, model: SentenceEmbeddings, text: str) -> set[str]:
    passages = await searcher.search(text, model.encode([text])[0], 50)
    return {passage.chunk.quote for passage in passages}


async def test_a_plan_says_what_would_change_and_changes_nothing(
    refresh: Refresh, library: Library, counted: Counted, make_guide: MakeGuide
) -> None:
    _, before = await bring(
        refresh, make_guide("same", "Same."), make_guide("edited", "Old."), make_guide("gone", "Gone.")
    )
    counted.encoded.clear()

    plan = await refresh.plan(
        [make_guide("edited", "Same.", "New."), make_guide("same", "Same."), make_guide("new", "First.")]
    )

    assert (plan.added, plan.changed, plan.removed, plan.unchanged) == (
        ("new",),
        ("edited",),
        ("gone",),
        ("same",),
    )
    assert plan.to_encode == 3
    assert plan.changes
    assert counted.encoded == []
    assert await library.live() == before


async def test_a_refresh_encodes_only_what_is_new(
    refresh: Refresh, counted: Counted, make_guide: MakeGuide
) -> None:
    await bring(refresh, make_guide("maths", "Algebra helps.", "Old text.", asks=("Why?",)))
    counted.encoded.clear()

    await bring(refresh, make_guide("maths", "Algebra helps.", "New text. And more.", asks=("Why?",)))

    assert counted.encoded == ["About maths: Part 2. New text. And more.", "Why?", "New text.", "And more."]


async def test_a_refresh_with_nothing_changed_encodes_and_publishes_nothing(
    refresh: Refresh, counted: Counted, make_guide: MakeGuide
) -> None:
    guides = [make_guide("maths", "Algebra.", "Statistics."), make_guide("python", "Loops.")]
    _, first = await bring(refresh, *guides)
    counted.encoded.clear()

    plan, second = await bring(refresh, *guides)

    assert not plan.changes
    assert plan.to_encode == 0
    assert counted.encoded == []
    assert second == first


async def test_what_comes_back_needs_no_encoding(
    refresh: Refresh, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    maths, python = make_guide("maths", "Algebra helps."), make_guide("python", "Loops help.")
    await bring(refresh, maths, python)
    await bring(refresh, python)
    counted.encoded.clear()

    await bring(refresh, maths, python)

    assert counted.encoded == []
    assert await found(searcher, counted, "algebra") == {"Algebra helps.", "Loops help."}


async def test_what_is_removed_or_shortened_is_found_no_more(
    refresh: Refresh, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    await bring(refresh, make_guide("maths", "Algebra.", "Statistics."), make_guide("python", "Loops."))

    await bring(refresh, make_guide("maths", "Algebra."))
    assert await found(searcher, counted, "statistics and loops") == {"Algebra."}

    plan, edition = await bring(refresh)
    assert plan.removed == ("maths",)
    assert edition.versions == {}
    assert await found(searcher, counted, "algebra") == set()


async def test_the_old_edition_answers_until_the_new_one_is_whole(
    refresh: Refresh, library: Library, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    await bring(refresh, make_guide("maths", "Old algebra."))
    plan = await refresh.plan([make_guide("maths", "New algebra."), make_guide("python", "New loops.")])
    await refresh._encode(plan, ignore_progress)
    await library.write(plan.drafts)
    versions = {item.guide.id: item.version_id for item in plan.drafts}
    await searcher.prepare(Edition(0, counted.fingerprint, versions))
    assert await found(searcher, counted, "algebra loops") == {"Old algebra."}

    await refresh.apply(plan, actor="test", note="", progress=ignore_progress)

    assert await found(searcher, counted, "algebra loops") == {"New algebra.", "New loops."}


async def test_searches_during_refreshes_see_one_edition_each(
    refresh: Refresh, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    editions = [
        [make_guide(name, f"Round {number} of {name}.") for name in ("one", "two")] for number in (1, 2)
    ]
    await bring(refresh, *editions[0])
    vector = counted.encode(["round"])[0]
    seen: list[set[str]] = []
    ended = asyncio.Event()

    async def ask() -> None:
        while not ended.is_set():
            passages = await searcher.search("round", vector, 10)
            seen.append({passage.chunk.quote for passage in passages})

    asking = asyncio.create_task(ask())
    for number in (1, 0, 1, 0, 1):
        await bring(refresh, *editions[number])
    ended.set()
    await asking

    whole = [{f"Round {number} of {name}." for name in ("one", "two")} for number in (1, 2)]
    assert all(each in whole for each in seen), [each for each in seen if each not in whole]
    assert all(each in seen for each in whole)


async def test_a_refresh_that_fails_half_way_changes_nothing_and_keeps_what_was_encoded(
    refresh: Refresh, library: Library, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    _, before = await bring(refresh, make_guide("maths", "Old."))
    many = make_guide("maths", *(f"Text {n}." for n in range(BATCH_SIZE + 1)))
    counted.breaks_at = f"Text {BATCH_SIZE}."

    with pytest.raises(MemoryError):
        await bring(refresh, many)
    assert await library.live() == before
    assert await found(searcher, counted, "text") == {"Old."}

    counted.breaks_at = ""
    plan, _ = await bring(refresh, many)
    assert plan.to_encode == 1


async def test_of_two_plans_made_at_once_the_last_one_carried_out_holds(
    refresh: Refresh, searcher: Searcher, counted: Counted, make_guide: MakeGuide
) -> None:
    shared = make_guide("shared", "Shared.")
    first = await refresh.plan([shared, make_guide("maths", "Algebra.")])
    second = await refresh.plan([shared, make_guide("maths", "Statistics.")])

    for plan in (first, second):
        await refresh.apply(plan, actor="test", note="", progress=ignore_progress)

    assert await found(searcher, counted, "maths") == {"Shared.", "Statistics."}


async def test_progress_counts_up_to_all_there_is_to_encode(refresh: Refresh, make_guide: MakeGuide) -> None:
    steps: list[tuple[int, int]] = []
    plan = await refresh.plan([make_guide("maths", *(f"Text {n}." for n in range(BATCH_SIZE + 3)))])

    await refresh.apply(plan, actor="test", note="", progress=lambda done, total: steps.append((done, total)))

    total = BATCH_SIZE + 3
    assert steps == [(0, total), (BATCH_SIZE, total), (total, total)]


async def test_another_model_encodes_everything_and_the_two_never_mix(
    refresh: Refresh,
    library: Library,
    counted: Counted,
    restart: Callable[..., Searcher],
    make_guide: MakeGuide,
) -> None:
    guides = [make_guide("maths", "Algebra helps.", asks=("Why?",)), make_guide("python", "Loops help.")]
    await bring(refresh, *guides)
    another, following = Counted(counted, "another"), restart("another")
    assert not await following.open()
    assert await found(refresh._searcher, counted, "algebra") == {"Algebra helps.", "Loops help."}

    plan, edition = await bring(Refresh(library, another, following), *guides)

    assert not plan.changes
    assert plan.to_encode == 2
    assert len(another.encoded) == 5
    assert edition.model == "another"
    assert await found(following, another, "algebra") == {"Algebra helps.", "Loops help."}
    assert not await restart().open()
    counted.encoded.clear()
    await bring(refresh, *guides)
    assert counted.encoded == []
    another.close()


# --- Many operations, against a plain dictionary ---

NAMES = st.sampled_from(["maths", "python", "c#", "roles"])
BODIES = st.lists(
    st.sampled_from(
        [
            "Coaches say: learn algebra.",
            "Coaches say: learn *statistics*. It pays.",
            "- coaches\n- like lists",
            "| Who | Says |\n|---|---|\n| Coaches | build |",
        ]
    ),
    min_size=1,
    max_size=3,
).map(tuple)
ASKS = st.sampled_from([(), ("What do coaches say?",), ("What do coaches say?", "Whom to ask?")])
PUT = st.tuples(st.just("put"), NAMES, BODIES, ASKS)
OPERATION = (
    PUT
    | st.tuples(st.just("remove"), NAMES)
    | st.tuples(st.just("replace all"), st.lists(PUT, max_size=3))
    | st.tuples(st.just("restart"))
    | st.tuples(st.just("restart with rows lost"), st.integers(0, 2**16))
    | st.tuples(st.just("refresh"))
)


class World:
    """The parts on a folder of their own, and what they should hold: guides by id."""

    def __init__(self, folder: Path, model: Counted, make_guide: MakeGuide) -> None:
        self.engine = create_engine(f"sqlite+aiosqlite:///{folder / 'test.db'}")
        self.library = Library(self.engine)
        client = open_client(folder / "chroma")
        assert isinstance(client, Client)
        self.client = client
        self.model = model
        self.make_guide = make_guide
        self.expected: dict[str, Guide] = {}
        self.known: set[str] = set()
        self.assemble()

    def assemble(self) -> None:
        self.index = VectorIndex(self.client, self.model.fingerprint)
        self.searcher = Searcher(self.library, self.index, self.model.fingerprint)
        self.refresh = Refresh(self.library, self.model, self.searcher)

    async def do(self, name: str, *details: Any) -> None:
        match name:
            case "put":
                guide_id, bodies, asks = details
                self.expected[guide_id] = self.make_guide(guide_id, *bodies, asks=asks)
            case "remove":
                self.expected.pop(details[0], None)
            case "replace all":
                self.expected = {}
                for _, guide_id, bodies, asks in details[0]:
                    self.expected[guide_id] = self.make_guide(guide_id, *bodies, asks=asks)
            case "restart with rows lost":
                rows = self.index._row_ids()
                if lost := np.random.default_rng(details[0]).permutation(rows)[::3].tolist():
                    self.index._collection.delete(ids=lost)
        if name.startswith("restart"):
            self.assemble()
            assert await self.searcher.open() == bool(self.expected)
        else:
            await bring(self.refresh, *self.expected.values())

    async def check(self) -> None:
        """Compare the library, both indexes and the texts encoded with what is expected."""
        drafts = [draft(guide) for guide in self.expected.values()]
        chunks = {item.chunk_id(chunk): chunk for item in drafts for chunk in item.chunks}
        new = {embedding_digest(chunk): chunk for chunk in chunks.values()}
        texts = [text for digest in new.keys() - self.known for text in texts_to_embed(new[digest])]
        assert sorted(self.model.encoded) == sorted(texts)
        self.known |= new.keys()

        live = await self.library.live()
        assert live.versions == {item.guide.id: item.version_id for item in drafts}
        rows = [
            f"{chunk_id}{f'#{n}' * bool(n)}"
            for chunk_id, chunk in chunks.items()
            for n in range(1 + len(chunk.section.asks))
        ]
        assert sorted(self.index._row_ids()) == sorted(rows)
        assert set(self.searcher.words.nearest("coach", 100)) == chunks.keys()

        stored = await self.library.chunks(list(chunks), self.model.fingerprint)
        assert [chunk.quote for chunk in stored] == [chunk.quote for chunk in chunks.values()]
        vectors = [chunk.vectors[0] for chunk in stored] or [np.ones(384, np.float32)]
        for vector in vectors:
            passages = await self.searcher.search("What do coaches say?", vector, 100)
            assert {passage.chunk.id for passage in passages} == chunks.keys()
        for chunk in stored:
            assert chunk.id in self.index.nearest(chunk.vectors[0], 3)
        self.model.encoded.clear()


@settings(max_examples=RUNS)
@given(operations=st.lists(OPERATION, min_size=OPERATIONS, max_size=OPERATIONS))
async def test_whatever_is_done_what_is_searched_is_what_there_should_be(
    operations: list[tuple[Any, ...]],
    embeddings: SentenceEmbeddings,
    make_guide: MakeGuide,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    model = Counted(embeddings)
    world = World(tmp_path_factory.mktemp("operations"), model, make_guide)
    try:
        await upgrade(world.engine)
        for operation in operations:
            await world.do(*operation)
            await world.check()
    finally:
        await world.engine.dispose()
        world.client.close()
        model.close()


# --- kill -9 ---


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    started = Victim("tests.retrieval.killed_refresh", tmp_path)
    yield started
    started.close()


@pytest.mark.timeout(60 + 5 * KILLS)
def test_a_kill_at_any_moment_loses_nothing_and_mixes_nothing(victim: Victim) -> None:
    moments = np.random.default_rng(20261120)
    assert victim.order(refresh=0)["status"] == 0
    for kill in range(1, KILLS + 1):
        # One in four dies while it starts, or soon after; the others surely while they refresh.
        killed = victim.order(
            kill=moments.uniform(0, LATEST_KILL), round=kill * ROUND_STEP, opened=kill % 4 > 0
        )
        assert killed["signal"] == 9

        answer = victim.order(inspect=True)

        assert answer["status"] == 0, f"kill {kill}: the coach does not start"
        seen = answer["told"]
        assert seen["whole"]
        assert len(seen["rounds"]) == 1, f"kill {kill}: editions are mixed"
        assert seen["versions"] == seen["expected"], f"kill {kill}: guides are lost"
        assert seen["chunks"] == seen["expected_chunks"]
        assert seen["unreached"] == []
        assert seen["strangers"] == []
        assert seen["stale_rows"] == []
