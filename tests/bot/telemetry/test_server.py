from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.readiness import parts_to_look_at
from bot.telemetry import health, metrics
from bot.telemetry.health import Finding, Look, NotWellError
from bot.telemetry.server import PortError, ask_readiness, shown
from knowledge.database import create_engine
from knowledge.library import Library
from retrieval.index import VectorIndex, open_client
from retrieval.search import Searcher

HOST = "127.0.0.1"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://{HOST}:{port}{path}") as answer:
        return answer.status, await answer.text()


async def well() -> str:
    return "all there"


async def ill() -> str:
    raise NotWellError("The disk is full.")


async def broken() -> str:
    raise RuntimeError("a canary")


async def hanging() -> str:
    await asyncio.Event().wait()
    return ""


async def test_metrics_are_what_prometheus_reads(port: int) -> None:
    metrics.TURNS.labels("refusal").inc()
    async with shown(HOST, port, {}):
        status, text = await get(port, "/metrics")

    assert status == 200
    for name in (
        'coach_turns_total{kind="refusal"}',
        *(f'coach_step_seconds_count{{step="{step}"}}' for step in (*metrics.STEPS, metrics.WHOLE)),
        "coach_gaps_total",
        "coach_queue",
        "coach_loop_lag_seconds_count",
        "process_resident_memory_bytes",
    ):
        assert f"\n{name} " in text


async def test_readiness_names_what_is_not_well_and_why(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_SECONDS", 0.05)
    looks: Mapping[str, Look] = {"one": well, "two": ill, "three": broken, "four": hanging}
    async with shown(HOST, port, looks):
        status, text = await get(port, "/readyz")
        found = await ask_readiness(HOST, port)
        alive, _ = await get(port, "/healthz")

    assert (status, alive) == (503, 200)
    assert "canary" not in text
    assert found == [
        Finding("one", well=True, seen="all there"),
        Finding("two", well=False, seen="The disk is full."),
        Finding("three", well=False, seen="It does not work (RuntimeError)."),
        Finding("four", well=False, seen="It does not answer within 0.05 seconds."),
    ]


async def test_ready_is_said_with_200(port: int) -> None:
    async with shown(HOST, port, {"one": well}):
        assert (await get(port, "/readyz"))[0] == 200


async def test_without_a_port_nothing_is_opened_nor_asked() -> None:
    async with shown(HOST, 0, {}):
        assert await ask_readiness(HOST, 0) == []


async def test_where_no_bot_runs_there_is_nothing_to_tell(port: int) -> None:
    assert await ask_readiness(HOST, port) == []


async def test_a_port_that_is_taken_is_told_with_its_setting(port: int) -> None:
    async with shown(HOST, port, {}):
        with pytest.raises(PortError, match="COACH_METRICS_PORT"):
            async with shown(HOST, port, {}):
                pass


async def test_an_empty_library_and_a_lost_database_are_not_ready(
    engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index = VectorIndex(open_client(folder), "model")
    library = Library(engine)
    empty = await health.examine_soon(parts_to_look_at(library, Searcher(library, index, "model")))
    gone = create_engine(f"sqlite+aiosqlite:///{folder / 'missing' / 'coach.db'}")
    lost = await health.examine_soon(parts_to_look_at(Library(gone), Searcher(Library(gone), index, "model")))

    assert [each.well for each in (*empty, *lost)] == [False] * 4
    assert "career-coach kb refresh" in empty[0].seen
    assert "made anew" in empty[1].seen
    assert "The database cannot be reached (the database reports SQLITE_CANTOPEN)" in lost[0].seen


async def test_an_index_that_fails_is_not_ready(
    engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    client = open_client(tmp_path_factory.mktemp("index"))
    index = VectorIndex(client, "model")
    library = Library(engine)
    client.delete_collection("chunks-model")

    found = await health.examine_soon(parts_to_look_at(library, Searcher(library, index, "model")))

    assert not found[1].well
    assert "NotFoundError" in found[1].seen
