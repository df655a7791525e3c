"""A large bot, shared out among processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.leases import TakenError
from bot.fleet.shards import Shards
from bot.frontends.discord import run
from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.limits import IDENTIFY_EVERY
from bot.frontends.discord.moderation import Moderation
from bot.frontends.discord.moderators import Moderators
from bot.frontends.discord.surfaces import Address
from bot.memory.deliveries import Incoming, State
from tests.discord_server.parrot import Parrot, backstage_of
from tests.discord_server.server import TOKEN, DiscordServer, point_discord_at
from tests.discord_server.world import CHANNEL

OTHERS_GUILD = 1 << 22


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    gateway = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    monkeypatch.setattr("bot.frontends.discord.client.IDENTIFY_EVERY", IDENTIFY_EVERY / 100)
    async with DiscordServer() as started:
        point_discord_at(started.port)
        yield started


@asynccontextmanager
async def serving(engine: AsyncEngine, shards: str) -> AsyncIterator[asyncio.Task[None]]:
    backstage = backstage_of(engine, Parrot(), shards=Shards.parse(shards))
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def incoming(number: int, guild: int | None) -> Incoming:
    address = Address(int(CHANNEL), guild)
    return Incoming(str(number), "11", CHANNEL, "hello", json.dumps(asdict(address)))


async def test_each_process_connects_its_shards_and_the_first_makes_the_commands_known(
    server: DiscordServer, engine: AsyncEngine
) -> None:
    async with serving(engine, "1-2/3"):
        await server.world.until(lambda: len(server.shards) == 2)
        assert server.shards == [(1, 3), (2, 3)]
        assert not server.world.commands
        async with serving(engine, "0/3"):
            await server.world.until(lambda: len(server.shards) == 3)
            assert server.shards[-1] == (0, 3)
            await server.world.until(lambda: server.world.commands)


async def test_a_message_is_answered_by_a_bot_with_shards(server: DiscordServer, engine: AsyncEngine) -> None:
    async with serving(engine, "0/2"):
        await server.world.until(lambda: server.identified)
        said = await server.say("<@1> hello")
        await server.world.until(lambda: server.world.replies_to(said))


async def test_shards_that_another_process_has_are_refused(
    server: DiscordServer, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(engine, "0-1/4"):
        await server.world.until(lambda: server.identified)
        monkeypatch.setattr(run, "_HANDOVER", run._HANDOVER / 1000)
        backstage = backstage_of(engine, Parrot(), shards=Shards.parse("1-3/4"))
        with pytest.raises(TakenError, match="--shards 0-3/16"):
            await run.serve(backstage, TOKEN)


@pytest.mark.parametrize(
    ("shards", "answered"), [("0/2", ["1", "3"]), ("1/2", ["2"]), ("0/1", ["1", "2", "3"])]
)
async def test_what_was_under_way_is_taken_up_by_who_has_its_shard(
    engine: AsyncEngine, shards: str, answered: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backstage = backstage_of(engine, Parrot(), shards=Shards.parse(shards))
    for number, guild in ((1, 500), (2, OTHERS_GUILD), (3, None)):
        await backstage.deliveries.receive(incoming(number, guild), backstage.limit)
    client = CoachClient(backstage)
    taken_up: list[str] = []

    async def finish(message_id: str, **_: object) -> None:
        taken_up.append(message_id)

    monkeypatch.setattr(client.desk, "_finish", finish)
    await client.desk.catch_up()

    assert taken_up == answered
    found = [await backstage.deliveries.find(number) for number in "123"]
    assert all(each and each.state is State.RECEIVED for each in found)


@pytest.mark.parametrize(("shards", "home"), [("0/2", False), ("0/1", True)])
def test_a_process_with_some_of_the_servers_takes_none_for_the_only_one(
    engine: AsyncEngine, shards: str, *, home: bool
) -> None:
    backstage = backstage_of(engine, Parrot(), shards=Shards.parse(shards))
    client = CoachClient(backstage)
    moderators = Moderators(client, client.desk, cast("Moderation", SimpleNamespace(home_server=0)))
    interaction = SimpleNamespace(client=SimpleNamespace(guilds=["one"]), guild_id=500)

    assert moderators._is_home(cast("Any", interaction)) is home
