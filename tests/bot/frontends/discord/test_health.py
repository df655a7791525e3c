"""The bot seen from outside: ready, not yet ready, and connected to a Discord that has died."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import discord
import pytest

from bot.frontends.discord import run
from bot.frontends.discord.desk import Backstage
from bot.frontends.discord.gateway import Gateway
from bot.telemetry.health import Finding
from bot.telemetry.server import ask_readiness, shown
from tests.discord_server.parrot import Parrot
from tests.discord_server.server import TOKEN, DiscordServer, point_discord_at

HOST = "127.0.0.1"


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer() as opened:
        opened.heartbeat_ms = 200
        point_discord_at(opened.port)
        yield opened
    discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def until_found(port: int, seen: str) -> Finding:
    """Ask until this is seen."""
    async with asyncio.timeout(30):
        while True:
            [found] = await ask_readiness(HOST, port)
            if seen in found.seen:
                return found
            await asyncio.sleep(0.05)


async def test_readiness_turns_red_with_a_reason_and_green_again(
    server: DiscordServer, backstage: Backstage
) -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    gateway = Gateway()
    async with shown(HOST, port, {"Discord": gateway.look}):
        before = await until_found(port, "There is no connection to Discord.")
        task = asyncio.create_task(run.serve(backstage, TOKEN, gateway))
        connected = await until_found(port, "1 connected")

        server.acknowledges = False
        zombie = await until_found(port, "has acknowledged no heartbeat")
        server.acknowledges = True
        alive = await until_found(port, "1 connected")

        server.fault = lambda _method, path: ("before", 503) if path == "/gateway" else None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        after = await until_found(port, "There is no connection to Discord.")

    assert [each.well for each in (before, connected, zombie, alive, after)] == [
        False,
        True,
        False,
        True,
        False,
    ]


async def test_who_waits_is_counted(server: DiscordServer, backstage: Backstage, parrot: Parrot) -> None:
    parrot.gate.clear()
    gateway = Gateway()
    task = asyncio.create_task(run.serve(backstage, TOKEN, gateway))
    await server.world.until(lambda: server.identified)
    before = gateway.waiting()
    for number in range(3):
        await server.say(f"<@1> question {number}")
    await parrot.at_work.wait()
    async with asyncio.timeout(20):
        while gateway.waiting() < 3:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)

    assert before == 0
    parrot.gate.set()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert gateway.waiting() == 0
