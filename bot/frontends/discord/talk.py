"""What people write: which messages are meant for the coach, and what becomes of edits and deletions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import discord

from bot.frontends.discord import faults
from bot.frontends.discord.desk import Desk
from bot.frontends.discord.surfaces import Address
from bot.memory.deliveries import Incoming

# An edit within this time is answered anew; later, people have read the answer.
EDITABLE = timedelta(minutes=1)
# Discord shows typing for ten seconds at a time.
_TYPING_SECONDS = 8

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
# Quoted lines and code: a mention there speaks to nobody.
_NOT_SAID = re.compile(r"^\s*>.*$|```.*?```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def is_for(message: discord.Message, me: discord.ClientUser) -> bool:
    """Whether a person says this to the coach: directly, in a thread it opened, or by its name."""
    if message.author.bot or message.webhook_id or message.type not in _WRITTEN:
        return False
    channel = message.channel
    if isinstance(channel, discord.DMChannel):
        return True
    if isinstance(channel, discord.Thread) and channel.owner_id == me.id:
        return bool(message.content)
    names = [f"<@{me.id}>", f"<@!{me.id}>"]
    if message.guild and message.guild.self_role:
        names.append(message.guild.self_role.mention)
    said = _NOT_SAID.sub(" ", message.content)
    return any(name in said for name in names)


async def hear(desk: Desk, message: discord.Message) -> None:
    """Answer a message that is meant for the coach."""
    async with typing(message.channel):
        await desk.answer(incoming_of(message))


async def hear_edit(desk: Desk, message: discord.Message, me: discord.ClientUser) -> None:
    """Answer a message anew that was edited soon after it was sent."""
    edited = message.edited_at
    if edited is None or edited - message.created_at > EDITABLE or message.author.bot:
        return
    if await desk.backstage.deliveries.find(str(message.id)):
        await desk.answer_again(str(message.id), message.content)
    elif is_for(message, me):
        await hear(desk, message)


def incoming_of(message: discord.Message) -> Incoming:
    """Translate a message of Discord's."""
    channel, guild = message.channel, message.guild
    direct = isinstance(channel, discord.DMChannel)
    address = Address(
        channel.id, guild.id if guild else None, can_thread=isinstance(channel, discord.TextChannel)
    )
    return Incoming(
        str(message.id), str(message.author.id), str(channel.id), message.content, address.dumps(), direct
    )


@asynccontextmanager
async def typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show typing meanwhile; the answer never waits for it, nor fails with it."""
    task = asyncio.create_task(_type(channel))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _type(channel: discord.abc.Messageable) -> None:
    with suppress(discord.DiscordException, *faults.CONNECTION):
        while True:
            await channel.typing()
            await asyncio.sleep(_TYPING_SECONDS)
