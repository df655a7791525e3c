"""Whether Discord is really there: a connection may stand and carry nothing."""

from __future__ import annotations

import math
import time

import discord
from discord.gateway import DiscordWebSocket

from bot.frontends.discord.client import CoachClient
from bot.telemetry.health import NotWellError

# Each heartbeat is acknowledged before the next is due; half an interval more is for slow networks.
_MOST_INTERVALS = 2.5


class Gateway:
    """The connection to Discord, whichever it is at the moment."""

    def __init__(self) -> None:
        """Begin without a connection."""
        self.client: CoachClient | None = None

    def waiting(self) -> int:
        """Count the messages that are being answered or wait for their turn."""
        return self.client.desk.waiting() if self.client else 0

    async def look(self) -> str:
        """Say how fast Discord answers.

        Raises:
            NotWellError: it does not, or not any more.

        """
        client = self.client
        if client is None or client.is_closed():
            raise NotWellError("There is no connection to Discord.")
        if not client.is_ready():
            raise NotWellError("Discord has not yet said that the connection is ready.")
        latencies = [_latency(socket) for socket in _sockets(client)]
        return f"{len(latencies)} connected, heartbeats acknowledged after {max(latencies):.3f} s at most"


def _sockets(client: discord.Client) -> list[DiscordWebSocket]:
    """List the connections: one, or one for each shard."""
    if isinstance(client, discord.AutoShardedClient):
        return [shard._parent.ws for shard in client.shards.values()]  # noqa: SLF001 - nothing public shows it
    return [client.ws]


def _latency(socket: DiscordWebSocket) -> float:
    """Return the seconds that the last heartbeat's acknowledgement took."""
    beats = socket._keep_alive  # noqa: SLF001 - nothing public tells when the last acknowledgement came
    if not socket.open or beats is None or beats.interval is None:
        raise NotWellError("The connection to Discord is down; it is being made again.")
    silent = time.perf_counter() - beats._last_ack  # noqa: SLF001 - as above
    if silent > _MOST_INTERVALS * beats.interval or math.isnan(beats.latency):
        raise NotWellError(
            f"Discord has acknowledged no heartbeat for {silent:.0f} seconds: the connection is dead. "
            "If it goes on, start the coach again."
        )
    return beats.latency
