"""A place in a simulated Discord, and how to read what stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import discord
import simcord
from discord import ui

from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.desk import Backstage
from tests.discord_server.parrot import Parrot

Shown = discord.Message | simcord.ResponseMessage | None


def texts(shown: Shown) -> list[str]:
    """The texts that a message shows, from top to bottom, but for those with a button beside them."""
    return [
        item.content.replace("\N{NO-BREAK SPACE}", " ")
        for item in _items(shown)
        if isinstance(item, ui.TextDisplay) and not isinstance(item.parent, ui.Section)
    ]


def labels(shown: Shown) -> list[str]:
    """The buttons of a message, by what stands on them or, where a text stands beside one, by that."""
    return [_label(item) for item in _items(shown) if isinstance(item, ui.Button)]


def button(shown: Shown, label: str) -> str:
    """The custom id of the button with this label, to press it."""
    [found] = [
        item.custom_id for item in _items(shown) if isinstance(item, ui.Button) and _label(item) == label
    ]
    assert found
    return found


def _label(item: ui.Button[Any]) -> str:
    if isinstance(item.parent, ui.Section):
        [beside] = item.parent.children
        assert isinstance(beside, ui.TextDisplay)
        return beside.content
    return item.label or str(item.emoji)


def _items(shown: Shown) -> list[ui.Item[Any]]:
    message = shown.message if isinstance(shown, simcord.ResponseMessage) else shown
    assert message
    return list(ui.LayoutView.from_message(message).walk_children())


@dataclass
class Place:
    """A server with a channel, and Ada in it."""

    env: simcord.Env
    client: CoachClient
    backstage: Backstage
    parrot: Parrot
    # Whether the bot is started again before each press of a button.
    restarts: bool = False
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

    async def ask(self, text: str) -> discord.Message:
        """Ask by a mention; return the coach's latest reply."""
        await self.ada.send(self.channel, f"{self.me} {text}")
        return self.replies[-1]

    async def press(
        self, shown: Shown, label: str, by: simcord.MemberActor | None = None
    ) -> simcord.ResponseMessage | None:
        """Press a button; return what is shown for it."""
        assert shown
        if self.restarts:
            await self.restart()
        result = await (by or self.ada).click(shown, custom_id=button(shown, label))
        assert result.acknowledged
        return result.response
