"""A server in a simulated Discord, with real discord.py between it and the coach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord import faults, run
from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.desk import Backstage
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from tests.discord_server.parrot import Parrot, backstage_of
from tests.discord_server.place import Place
from tests.discord_server.server import TOKEN, DiscordServer, point_discord_at


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database of the test's own that need not outlive a power cut, for the thousands of messages."""
    opened = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")

    @event.listens_for(opened.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    await upgrade(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def backstage(engine: AsyncEngine, parrot: Parrot) -> Backstage:
    return backstage_of(engine, parrot)


@pytest.fixture
async def place(backstage: Backstage, parrot: Parrot) -> AsyncIterator[Place]:
    client = CoachClient(backstage)
    # Not `simcord.run`: a fixture begins and ends in different contexts.
    env = simcord.Env(client)
    await env.start()
    yield Place(env, client, backstage, parrot)
    await env.settle()
    await env.shutdown()
    # Who came too often has been told so; simcord notes that they were turned away.
    assert [error for error in env.errors if not isinstance(error, faults.TooManyError)] == []


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer() as opened:
        point_discord_at(opened.port)
        yield opened
    discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def connected(server: DiscordServer, backstage: Backstage) -> AsyncIterator[None]:
    """The bot, connected anew, and gone without a farewell at the end."""
    before = server.identified
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    await server.world.until(lambda: server.identified > before or task.done())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
