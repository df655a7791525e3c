from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import App
from bot.frontends.terminal.chat import _command
from tests.discord_server.parrot import Parrot, backstage_of
from tests.postgresql_server import Server


async def test_a_command_says_that_the_database_is_away_and_works_when_it_is_back(
    served: AsyncEngine, postgresql: Server
) -> None:
    # Of the whole coach, these commands need the conversations alone.
    app = cast("App", SimpleNamespace(coach=backstage_of(served, Parrot()).coach))

    postgresql.stop()
    try:
        away = [await _command(app, "ada", command) for command in ("/sources", "/forget")]
    finally:
        postgresql.start()
    back = await _command(app, "ada", "/forget")

    assert all("try again in a minute" in said for said in away)
    assert back.startswith("Forgotten: 0 turns")
