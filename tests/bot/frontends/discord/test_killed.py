"""The bot is killed at any moment, and started again: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.database import create_engine
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import text_of

ROOT = Path(__file__).parents[4]
ME = "<@1>"
KILLS = 8


@asynccontextmanager
async def bot_process(
    server: DiscordServer, database: Path, *flags: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot, connected; killed at the end without a warning."""
    before = server.identified
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        "-m",
        "tests.discord_server.bot_process",
        str(server.port),
        str(database),
        *flags,
        cwd=ROOT,
    )
    try:
        await server.world.until(lambda: server.identified > before, 60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_killed_at_random_moments_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - the same moments every time
    questions: list[str] = []
    async with DiscordServer() as server:
        for _ in range(KILLS):
            async with bot_process(server, tmp_path / "coach.db"):
                for n in range(12):
                    said = f"{ME} question {len(questions)}"
                    questions.append(await server.say(said, user=str(100 + n % 4)))
                # Now, or after some of the answers.
                await _some_answers(server, chance.randrange(10))
        async with bot_process(server, tmp_path / "coach.db"):
            last = await server.say(f"{ME} the last one")
            await server.world.until(lambda: server.world.replies_to(last))
            engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'coach.db'}")
            try:
                received = await _column(engine, "SELECT id FROM deliveries")
                await server.world.until(lambda: all(map(server.world.replies_to, received)), 60)
                turns = await _column(engine, "SELECT message_id FROM turns")
            finally:
                await engine.dispose()

    assert len(received) > KILLS
    assert sorted(turns) == sorted(received)
    replies = {question: server.world.replies_to(question) for question in questions}
    assert max(map(len, replies.values())) == 1
    for number, question in enumerate(questions):
        for reply in replies[question]:
            assert text_of(reply).startswith(f"You said: question {number} [1].")


async def test_killed_while_an_answer_grows_it_says_it_once(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with bot_process(server, tmp_path / "coach.db", "stalled"):
            question = await server.say(f"{ME} grow with me")
            await server.world.until(lambda: server.world.replies_to(question))
            [begun] = server.world.replies_to(question)
            assert text_of(begun) == "You said: grow"
        async with bot_process(server, tmp_path / "coach.db"):
            await server.world.until(lambda: "with me" in text_of(server.world.replies_to(question)[0]))

    [reply] = server.world.replies_to(question)
    assert reply["id"] == begun["id"]
    assert text_of(reply) == "You said: grow with me [1]."


async def _some_answers(server: DiscordServer, more: int) -> None:
    enough = len(server.world.by_bot()) + more
    await server.world.until(lambda: len(server.world.by_bot()) >= enough)


async def _column(engine: AsyncEngine, query: str) -> list[str]:
    async with engine.connect() as db:
        return list(await db.scalars(text(query)))
