"""A server in a simulated Discord, with real discord.py between it and the coach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import discord
import pytest
import simcord
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.desk import Backstage
from tests.discord_server.parrot import Parrot, backstage_of


@dataclass
class Place:
    """A server with a channel, and Ada in it."""

    env: simcord.Env
    client: CoachClient
    backstage: Backstage
    parrot: Parrot
    guild: simcord.GuildHandle = field(init=False)
    channel: simcord.ChannelHandle = field(init=False)
    ada: simcord.MemberActor = field(init=False)

    def __post_init__(self) -> None:
        self.guild = self.env.create_guild()
        self.channel = self.guild.create_text_channel("careers")
        self.ada = self.member("ada")

    def member(self, name: str) -> simcord.MemberActor:
        return self.guild.add_member(self.env.create_user(name))

    @property
    def me(self) -> str:
        assert self.client.user
        return self.client.user.mention

    @property
    def replies(self) -> list[discord.Message]:
        """What the coach has written in the channel, oldest first."""
        return self.by_me(self.channel)

    def by_me(self, channel: simcord.ChannelHandle) -> list[discord.Message]:
        messages = sorted(channel.history(), key=lambda message: message.id)
        return [message for message in messages if message.author == self.client.user]

    async def restart(self) -> None:
        """Start the bot again, over the same database and the same Discord."""
        self.client = CoachClient(self.backstage)
        await self.env.restart_bot(self.client)


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
    await env.shutdown()
    assert env.errors == []
