"""Every kind of fault between the coach and Discord: what it is called, who is told, and what is said.

What goes wrong is known by the id of its turn, which stands in the log and in what the person reads,
so that whoever runs the coach can find the one from the other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.reply import Reply
from bot.telemetry import metrics
from bot.telemetry.turn import turn
from knowledge.errors import CoachError

log = logging.getLogger(__name__)
T = TypeVar("T")

# What it looks like when the connection fails.
CONNECTION = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
# Discord's codes for what is not there any more: channel, message, webhook, interaction, token.
_GONE = {10003, 10008, 10015, 10062, 50027}
# Sending is tried this often, with longer and longer waits, before it is left for later.
_TRIES = 4
_FIRST_WAIT_SECONDS = 0.5

SORRY = (
    "Sorry, something went wrong on my side. Please ask again in a moment. "
    "If it goes on, tell whoever runs me this number: `{id}`."
)
NO_PERMISSION = (
    "I'd like to answer you in <#{channel}>, but I may not write there. Could you ask a moderator to give me "
    "“View Channel”, “Send Messages” and “Read Message History” in it? You can ask me right here, too. "
    "(Number for the moderator: `{id}`.)"
)
NO_THREAD = (
    "I can't open a thread here. A moderator can give me “Create Public Threads” and “Send Messages in "
    "Threads”. We can go on right here, too. (Number for the moderator: `{id}`.)"
)
TOO_MANY = (
    "That's a lot at once, and I want to be there for everybody. "
    "I'll gladly go on <t:{until}:R>; please come back then."
)
NOT_SET = (
    "DISCORD_TOKEN is not set. Make an application at https://discord.com/developers/applications, copy the "
    "token from its Bot page, and put DISCORD_TOKEN=… into .env. The README says it step by step."
)
NOT_ACCEPTED = (
    "Discord does not accept DISCORD_TOKEN. Copy the token again from the Bot page of your application at "
    "https://discord.com/developers/applications (“Reset Token” makes a new one)."
)
NO_INTENT = (
    "Discord does not let me read messages: switch on “Message Content Intent” on the Bot page of your "
    "application at https://discord.com/developers/applications and start me again. Until then people can "
    "mention me, write to me directly and use slash commands; in threads they have to mention me."
)
TURNED_AWAY = (
    "Discord turned away {count} of my requests within {minutes} minutes, most of all: {which}. "
    "It bans whoever goes on like that, so I pause for {minutes} minutes. {advice}"
)
NO_LONGER_ACCEPTED = (
    "Status 401 means that the token is not accepted any more: copy it again from the Bot page of your "
    "application."
)
CHECK_PERMISSIONS = (
    "Status 403 means that I may not write where I am asked: give me “View Channel”, “Send Messages” and "
    "“Read Message History” there, or take me out of the channel."
)
CHECK_LOAD = "Status 429 means that I send too much at once: lower COACH_LIMIT_MESSAGES."
UNREACHABLE = "Discord cannot be reached ({reason}). Trying again in {seconds:.0f} seconds."


class StartError(CoachError):
    """The bot cannot work with Discord at all; the text says what to do."""


class TooManyError(app_commands.CheckFailure, CoachError):
    """Somebody does too much at once; the text says when to come back."""


class Kind(Enum):
    """What a failed request to Discord means for what was to be sent."""

    # It may work in a moment: too many requests, Discord's own faults, a lost connection.
    PASSING = auto()
    # Where it was to go is not there any more.
    GONE = auto()
    # We may not; somebody has to give us a permission.
    FORBIDDEN = auto()
    # Anything else: our own mistake.
    OURS = auto()


for _kind in Kind:  # what has not happened yet is shown as 0
    metrics.FAULTS.labels(_kind.name.lower())


def kind_of(error: BaseException) -> Kind:
    """Say what an error means."""
    if isinstance(error, (discord.RateLimited, *CONNECTION)):
        return Kind.PASSING
    if isinstance(error, discord.HTTPException):
        if error.code in _GONE or error.status == HTTPStatus.NOT_FOUND:
            return Kind.GONE
        if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return Kind.FORBIDDEN
        if error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Kind.PASSING
    return Kind.OURS


def record(error: BaseException, doing: str) -> str:
    """Log a fault and return the id of its turn, to be told to the person.

    What Discord says of a fault is logged; what our own code says may quote what people write.
    """
    kind = kind_of(error)
    metrics.FAULTS.labels(kind.name.lower()).inc()
    with turn() as turn_id:
        if kind is Kind.OURS:
            log.error("%s: %s failed: %s", turn_id, doing, type(error).__name__, exc_info=error)
        else:
            log.error("%s: %s failed: %s: %s", turn_id, doing, type(error).__name__, error)
    return turn_id


def too_many(until: datetime) -> str:
    """Say when somebody who did too much at once is welcome again."""
    return TOO_MANY.format(until=int(until.timestamp()) + 1)


def apology(error: Exception, doing: str) -> Reply:
    """Log a fault and return what to tell the person."""
    if isinstance(error, CoachError):
        return Reply("error", f"{error} See `/{error.see}`." if error.see else str(error))
    return Reply("error", SORRY.format(id=record(error, doing)))


async def persist(send: Callable[[], Awaitable[T]]) -> T:
    """Send; try again what fails in passing. `send` must do no harm when it is repeated.

    Raises:
        Exception: the last try's own, when it goes on failing or is no passing fault.

    """
    for wait in (_FIRST_WAIT_SECONDS * 2**n for n in range(_TRIES - 1)):
        try:
            return await send()
        except Exception as error:
            if kind_of(error) is not Kind.PASSING:
                raise
        await asyncio.sleep(wait)
    return await send()


async def tell(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Log what failed in an interaction and tell the person, if Discord still lets us."""
    reply = apology(error, f"interaction {interaction.id}")
    with suppress(discord.HTTPException, *CONNECTION):
        if interaction.response.is_done():
            await interaction.followup.send(reply.text, ephemeral=True)
        else:
            await interaction.response.send_message(reply.text, ephemeral=True)
