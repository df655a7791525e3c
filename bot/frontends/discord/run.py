"""Runs the coach in Discord until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import discord

from bot.app import App, open_app
from bot.config import Settings
from bot.fleet.leases import LASTING
from bot.fleet.shards import ALL, Shards
from bot.frontends.discord import faults
from bot.frontends.discord.client import CoachClient, ShardedCoachClient
from bot.frontends.discord.desk import Backstage
from bot.frontends.discord.gateway import Gateway
from bot.frontends.discord.guard import Guard
from bot.frontends.discord.moderation import Moderation
from bot.memory.deliveries import Limit
from bot.readiness import parts_to_look_at
from bot.telemetry import metrics
from bot.telemetry.logs import configure_logs
from bot.telemetry.server import shown
from retrieval.answer import Passage

log = logging.getLogger(__name__)

_FIRST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 300.0
# The gateway's code for a token that it does not accept.
_NOT_AUTHENTICATED = 4004
# Whoever was killed holds its shards until their leases run out; whoever stops needs a moment.
_HANDOVER = 2 * LASTING
_SHARDS_TAKEN = (
    "Another process is this bot already (shards {shards}). Stop it first; or, if several processes are to "
    "share the bot, give each its own part: career-coach bot --shards 0-3/16."
)


async def run(settings: Settings, shards: Shards = ALL) -> None:
    """Open the coach and bring it into Discord, with some of its shards or all.

    Raises:
        CoachError: it cannot be opened, or Discord does not accept it.

    """
    if settings.discord_token is None:
        raise faults.StartError(faults.NOT_SET)
    configure_logs(settings.log_level, as_json=settings.log_json)
    gateway = Gateway()
    metrics.QUEUE.set_function(gateway.waiting)
    async with open_app(settings) as app:
        looks = {"Discord": gateway.look, **parts_to_look_at(app.library, app.searcher)}
        async with shown(settings.metrics_host, settings.metrics_port, looks):
            await serve(backstage_of(app, shards), settings.discord_token.get_secret_value(), gateway)


def backstage_of(app: App, shards: Shards = ALL) -> Backstage:
    """Return what of the coach the Discord side works with."""
    settings = app.settings

    async def search(text: str, count: int) -> list[Passage]:
        documents = await app.retriever(count).ainvoke(text)
        return [document.metadata["passage"] for document in documents]

    moderation = Moderation(
        app.curator,
        app.effects,
        app.library,
        app.sources,
        app.history,
        app.wishes,
        search,
        settings.moderator_role,
        settings.refresh_hours,
        settings.home_server,
    )
    limit = Limit(settings.limit_messages, settings.limit_period)
    return Backstage(
        app.coach,
        app.memory.deliveries,
        app.memory.feedback,
        app.memory.gaps,
        limit,
        app.fleet,
        moderation,
        shards,
    )


async def serve(backstage: Backstage, token: str, gateway: Gateway | None = None) -> None:
    """Stay connected; without the permission to read messages, do what is possible without.

    `gateway` is told of each connection.

    Raises:
        CoachError: another process has these shards, or Discord does not accept the bot.

    """
    gateway = gateway or Gateway()
    # Below this, they log what people write, and secrets.
    for name in ("discord", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.INFO)
    shards = backstage.shards
    refusal = _SHARDS_TAKEN.format(shards=shards)
    async with backstage.fleet.leases.alone(
        *shards.leases, patience=_HANDOVER, refusal=refusal, through_outages=True
    ):
        try:
            await _connect(backstage, token, gateway, message_content=True)
        except discord.PrivilegedIntentsRequired:
            log.warning(faults.NO_INTENT)
            await _connect(backstage, token, gateway, message_content=False)


async def _connect(backstage: Backstage, token: str, gateway: Gateway, *, message_content: bool) -> None:
    """Connect, as often as it takes until Discord can be reached."""
    wait = _FIRST_WAIT_SECONDS
    guard = Guard()
    while True:
        try:
            client_type = ShardedCoachClient if backstage.shards.count > 1 else CoachClient
            async with client_type(backstage, guard, message_content=message_content) as client:
                gateway.client = client
                await _until(guard.tripped, client.start(token))
            if not guard.tripped.is_set():
                return
            log.error(str(guard))
            await guard.pause()
            continue
        except discord.LoginFailure:
            raise faults.StartError(faults.NOT_ACCEPTED) from None
        except discord.ConnectionClosed as error:
            # A token that is taken back while we are connected.
            if error.code != _NOT_AUTHENTICATED:
                raise
            raise faults.StartError(faults.NOT_ACCEPTED) from None
        except (discord.HTTPException, discord.GatewayNotFound, *faults.CONNECTION) as error:
            if isinstance(error, discord.HTTPException) and faults.kind_of(error) is not faults.Kind.PASSING:
                raise
            log.warning(faults.UNREACHABLE.format(reason=type(error).__name__, seconds=wait))
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT_SECONDS)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Work until it is done or it is time to stop."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
