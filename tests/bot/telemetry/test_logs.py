from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.clauses import Clause
from bot.frontends.discord import faults
from bot.memory.deliveries import Deliveries, Incoming, Limit
from bot.memory.profiles import Profiles
from bot.reply import Message
from bot.telemetry.logs import configure_logs
from bot.telemetry.turn import current_turn, turn
from tests.discord_server.parrot import Parrot, backstage_of

CANARY = "xylophone-canary-7731"
OURS = logging.getLogger("bot.tests")


def read(written: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.splitlines()]


def test_a_line_is_json_or_text_by_the_setting(written: Callable[[], str]) -> None:
    configure_logs("INFO", as_json=False)
    OURS.info("it is %s", "well")
    configure_logs("INFO", as_json=True)
    OURS.info("it is\n%s", "well", extra={"kind": "answer", "seconds": 0.5})

    plain, line = written().splitlines()
    assert plain.endswith("INFO bot.tests []: it is well")
    told = json.loads(line)
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "INFO",
        "logger": "bot.tests",
        "turn": "",
        "message": "it is\nwell",
        "kind": "answer",
        "seconds": 0.5,
    }


async def test_all_lines_of_a_turn_bear_its_id_and_no_other_turns(written: Callable[[], str]) -> None:
    configure_logs("DEBUG", as_json=True)

    async def one(name: str) -> str:
        with turn() as turn_id:
            OURS.debug(name)
            await asyncio.sleep(0)
            with turn() as inner:
                OURS.debug(name)
            assert inner == turn_id
        return turn_id

    ids = await asyncio.gather(one("a"), one("b"))

    assert not current_turn()
    assert len(set(ids)) == 2
    told = {(line["message"], line["turn"]) for line in read(written())}
    assert told == {("a", ids[0]), ("b", ids[1])}


def test_the_number_a_person_is_told_is_the_turns(written: Callable[[], str]) -> None:
    configure_logs("WARNING", as_json=True)
    with turn() as turn_id:
        told = faults.apology(ValueError("oh"), "answering")
    alone = faults.apology(ValueError("oh"), "answering")

    assert f"`{turn_id}`" in told.text
    first, second = (line["turn"] for line in read(written()))
    assert first == turn_id
    assert f"`{second}`" in alone.text


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_places_and_causes_and_no_words(
    written: Callable[[], str], *, as_json: bool
) -> None:
    configure_logs("ERROR", as_json=as_json)
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError as error:
        faults.record(error, "counting")
    faults.record(OSError("No space left on device"), "writing")

    told = written()
    assert "test_logs.py" in told
    assert "which led to" in told
    assert "ValueError" in told
    assert "KeyError" in told
    assert "No space left on device" in told
    assert "int(CANARY)" in told
    assert CANARY not in told


async def test_no_words_of_people_are_in_any_log(engine: AsyncEngine, written: Callable[[], str]) -> None:
    """Messages, a profile and faults of the database, with our own loggers at DEBUG."""
    configure_logs("DEBUG", as_json=True)
    backstage = backstage_of(engine, Parrot())
    await backstage.coach.reply(Message("ada", "c", f"hello {CANARY}", id="1"))
    with pytest.raises(RuntimeError) as broken:
        await backstage.coach.reply(Message("ada", "c", f"break {CANARY}", id="2"))
    faults.record(broken.value, "answering")
    await Profiles(engine).learn("ada", [Clause(CANARY, "python", "has")], private=True)
    incoming = Incoming("3", "ada", "c", CANARY, json.dumps({"token": CANARY}))
    async with engine.begin() as db:
        await db.execute(text("DROP TABLE deliveries"))
    with pytest.raises(Exception, match="I can't get at my notes") as lost:
        await Deliveries(engine).receive(incoming, Limit(1, timedelta(1)))
    faults.record(lost.value, "receiving")

    assert CANARY not in str(lost.value)
    told = written()
    assert "the database reports SQLITE_ERROR" in told
    assert [line["kind"] for line in read(told) if line["message"] == "answered"] == ["answer"]
    assert CANARY not in told
