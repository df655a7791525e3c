"""Several processes, one library, one Chroma server: each search sees one edition, the newest soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromadb.api import ClientAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.background import background
from bot.fleet.following import follow_live
from knowledge.guide import Guide
from knowledge.library import Library
from retrieval import index as index_module
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, close_client, open_client, open_server
from retrieval.refresh import Refresh
from retrieval.search import Searcher
from tests.chroma_server import chroma_server

MakeGuide = Callable[..., Guide]
ROUNDS = 6


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as address:
        yield address


class Process:
    """What one process has of its own: its connections, and what it holds in memory."""

    def __init__(self, client: ClientAPI, library: Library, model: SentenceEmbeddings, name: str) -> None:
        self.model = model
        self.index = VectorIndex(client, model.fingerprint, name)
        self.searcher = Searcher(library, self.index, model.fingerprint)
        self.refresh = Refresh(library, model, self.searcher)

    async def bring(self, *guides: Guide) -> None:
        await self.refresh.apply(await self.refresh.plan(guides), actor="test", note="")

    async def found(self, question: str = "round") -> list[str]:
        passages = await self.searcher.search(question, self.model.encode([question])[0], 10)
        return sorted(passage.chunk.quote for passage in passages)


Start = Callable[[], Process]


@pytest.fixture
async def name(library: Library) -> str:
    return await library.name()


@pytest.fixture
def start(url: str, library: Library, embeddings: SentenceEmbeddings, name: str) -> Iterator[Start]:
    clients: list[ClientAPI] = []

    def make() -> Process:
        client = open_server(url, "")
        clients.append(client)
        return Process(client, library, embeddings, name)

    yield make
    for client in clients:
        close_client(client)


@pytest.fixture(params=["all compared", "the graph asked"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the graph asked":
        monkeypatch.setattr(index_module, "_EXACT_ROWS", 0)


@pytest.mark.usefixtures("_either_way")
async def test_a_reader_sees_the_edition_before_until_it_follows_and_then_the_next(
    start: Start, make_guide: MakeGuide
) -> None:
    writer, reader = start(), start()
    await writer.bring(make_guide("one", "Round 1."), make_guide("gone", "Round 1, gone."))
    assert await reader.searcher.open()
    before = await reader.found()
    assert before == ["Round 1, gone.", "Round 1."]

    await writer.bring(make_guide("one", "Round 2."))

    assert await writer.found() == ["Round 2."]
    assert await reader.found() == before
    assert await reader.searcher.catch_up()
    assert await reader.found() == ["Round 2."]
    assert not await reader.searcher.catch_up()


@pytest.mark.usefixtures("_either_way")
async def test_searches_in_another_process_never_see_a_mix_or_a_hole(
    start: Start, make_guide: MakeGuide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.fleet.following._LOOK_SECONDS", 0.01)
    writer, reader = start(), start()

    def edition(number: int) -> list[Guide]:
        return [make_guide(name, f"Round {number} of {name}.") for name in ("one", "two")]

    await writer.bring(*edition(0))
    await reader.searcher.open()
    last = [f"Round {ROUNDS} of one.", f"Round {ROUNDS} of two."]

    async def ask() -> list[list[str]]:
        seen = [await reader.found()]
        while seen[-1] != last:
            seen.append(await reader.found())
            await asyncio.sleep(0)
        return seen

    async with background(follow_live(reader.searcher)), asyncio.timeout(120):
        asking = asyncio.gather(ask(), ask())
        for number in range(1, ROUNDS + 1):
            await writer.bring(*edition(number))
        both = await asking

    whole = [[f"Round {number} of {name}." for name in ("one", "two")] for number in range(ROUNDS + 1)]
    assert all(each in whole for seen in both for each in seen)
    # Of two searches at once the later may end first; those of one asker do not go back.
    for seen in both:
        numbers = [whole.index(each) for each in seen]
        assert numbers == sorted(numbers)


async def test_what_has_left_stays_in_the_index_until_nobody_can_search_it_any_more(
    start: Start, engine: AsyncEngine, make_guide: MakeGuide
) -> None:
    writer = start()
    for number in (1, 2, 3):
        await writer.bring(make_guide("one", f"Round {number}."))
    assert len(writer.index.chunk_ids()) == 3

    async with engine.begin() as db:
        await db.execute(text("UPDATE editions SET created_at = '2020-01-01 00:00:00'"))
    await writer.bring(make_guide("one", "Round 4."))

    # That of round 3 was searched until just now.
    assert len(writer.index.chunk_ids()) == 2
    assert await writer.found() == ["Round 4."]


async def test_what_another_process_has_swept_out_is_put_back_when_it_is_applied(
    start: Start, make_guide: MakeGuide
) -> None:
    one, other = start(), start()
    await one.bring(make_guide("one", "Round 1."))
    await other.searcher.open()
    plan = await one.refresh.plan([make_guide("one", "Round 1."), make_guide("new", "Round 2.")])
    await one.refresh.prepare(plan)
    await other.bring(make_guide("one", "Round 1."), make_guide("else", "Round 3."))
    assert not any(each.startswith("new@") for each in other.index.chunk_ids())

    await one.refresh.apply(plan, actor="test", note="")

    assert await one.found() == ["Round 1.", "Round 2."]
    await other.searcher.catch_up()
    assert await other.found() == ["Round 1.", "Round 2."]


async def test_whoever_starts_puts_back_what_is_missing_and_takes_nothing_away(
    start: Start, make_guide: MakeGuide
) -> None:
    writer = start()
    await writer.bring(make_guide("one", "Round 1."))
    await writer.bring(make_guide("one", "Round 2."))
    rows = writer.index._row_ids()
    assert len(rows) == 2
    live = next(iter(writer.searcher._live))
    writer.index._collection.delete(ids=[live])

    starting = start()
    assert await starting.searcher.open()

    assert starting.searcher.mended.missing == 1
    assert sorted(starting.index._row_ids()) == sorted(rows)


async def test_two_libraries_on_one_server_leave_each_other_alone(
    start: Start, url: str, embeddings: SentenceEmbeddings, make_guide: MakeGuide
) -> None:
    writer = start()
    await writer.bring(make_guide("one", "Round 1."))
    client = open_server(url, "")
    other = VectorIndex(client, embeddings.fingerprint, "another-library")

    assert other.chunk_ids() == set()
    other.clear()
    close_client(client)
    assert await writer.found() == ["Round 1."]


async def test_an_index_made_anew_by_another_process_is_found_again(
    start: Start, make_guide: MakeGuide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_EXACT_ROWS", 0)
    writer, reader = start(), start()
    await writer.bring(make_guide("one", "Round 1."))
    await reader.searcher.open()
    assert await reader.found() == ["Round 1."]

    writer.index.clear()
    await writer.searcher.open()

    assert await reader.found() == ["Round 1."]


async def test_with_an_index_of_its_own_a_process_follows_as_well(
    start: Start, library: Library, embeddings: SentenceEmbeddings, make_guide: MakeGuide, tmp_path: Path
) -> None:
    writer, client = start(), open_client(tmp_path / "own")
    own = Process(client, library, embeddings, "")
    await writer.bring(make_guide("one", "Round 1."))

    for number in (1, 2):
        await writer.bring(make_guide("one", f"Round {number}."))
        await own.searcher.catch_up()
        assert await own.found() == [f"Round {number}."]
        assert len(own.index.chunk_ids()) == 1
    close_client(client)
