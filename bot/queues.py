"""Queues: whoever shares a key waits for their turn, first come, first served; and gates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Queues:
    """A queue for each key; it is gone as soon as nobody waits in it."""

    def __init__(self) -> None:
        """Begin with no queue."""
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._waiting: dict[Hashable, int] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        """Count the queues in which somebody waits or is served."""
        return len(self._locks)

    def waiting(self) -> int:
        """Count who waits or is served, in all queues."""
        return sum(self._waiting.values())

    @asynccontextmanager
    async def turn(self, *key: Hashable) -> AsyncIterator[None]:
        """Wait for a turn in the queue of this key, and hold it."""
        self._waiting[key] = self._waiting.get(key, 0) + 1
        self._idle.clear()
        try:
            async with self._locks.setdefault(key, asyncio.Lock()):
                yield
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._locks[key]
            if not self._waiting:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until nobody waits in any queue."""
        await self._idle.wait()


class Gates:
    """A gate for each key: many are inside side by side, or one alone."""

    def __init__(self) -> None:
        """Begin with nobody inside."""
        self._doors = Queues()
        self._inside: dict[Hashable, int] = {}
        self._emptied: dict[Hashable, asyncio.Event] = {}

    def __len__(self) -> int:
        """Count the gates in which somebody is, and those where somebody waits."""
        return len(self._inside) + len(self._doors)

    @asynccontextmanager
    async def among(self, key: Hashable) -> AsyncIterator[None]:
        """Be inside with others; wait while one is alone there, or waits to be."""
        async with self._doors.turn(key):
            self._inside[key] = self._inside.get(key, 0) + 1
        try:
            yield
        finally:
            self._inside[key] -= 1
            if not self._inside[key]:
                del self._inside[key]
                if key in self._emptied:
                    self._emptied[key].set()

    @asynccontextmanager
    async def alone(self, key: Hashable) -> AsyncIterator[None]:
        """Be inside alone: wait until whoever came before is out, and hold up whoever comes."""
        async with self._doors.turn(key):
            if key in self._inside:
                emptied = self._emptied[key] = asyncio.Event()
                try:
                    await emptied.wait()
                finally:
                    del self._emptied[key]
            yield
