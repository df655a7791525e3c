"""Stops before Discord stops us: it bans an address after 10,000 invalid requests in ten minutes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp

from bot.frontends.discord import faults

# What counts as invalid, as Discord's documentation for developers has it.
_TURNED_AWAY = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
_WINDOW_SECONDS = 600
_PAUSE_SECONDS = _WINDOW_SECONDS
# Far below the 10,000, and far above what a forbidden channel here and there comes to.
_MOST = 500
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: faults.NO_LONGER_ACCEPTED,
    HTTPStatus.FORBIDDEN: faults.CHECK_PERMISSIONS,
    HTTPStatus.TOO_MANY_REQUESTS: faults.CHECK_LOAD,
}


class Guard:
    """Counts the requests that Discord turned away; `tripped` is set when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count by a clock of seconds."""
        self.tripped = asyncio.Event()
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def trace(self) -> aiohttp.TraceConfig:
        """Listen to every request of a client."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._on_end)
        return config

    def note(self, status: int) -> None:
        """Count a response, if it turned us away."""
        if status not in _TURNED_AWAY:
            return
        now = self._clock()
        self._seen.append((now, status))
        while self._seen[0][0] <= now - _WINDOW_SECONDS:
            self._seen.popleft()
        if len(self._seen) >= _MOST:
            self.tripped.set()

    async def pause(self) -> None:
        """Wait until Discord has forgotten it, and begin anew."""
        await asyncio.sleep(_PAUSE_SECONDS)
        self._seen.clear()
        self.tripped.clear()

    def __str__(self) -> str:
        """Say what happened and what to do about it."""
        [(status, _)] = Counter(status for _, status in self._seen).most_common(1)
        return faults.TURNED_AWAY.format(
            count=len(self._seen),
            minutes=_WINDOW_SECONDS // 60,
            which=f"status {int(status)}",
            advice=_ADVICE[HTTPStatus(status)],
        )

    async def _on_end(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        _ = session, context
        self.note(end.response.status)
