"""A server in a simulated Discord, with real discord.py between it and the coach."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import simcord
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.desk import Backstage
from tests.discord_server.parrot import Parrot, backstage_of
from tests.discord_server.place import Place


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
    assert env.errors == []
