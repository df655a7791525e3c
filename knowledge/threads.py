"""Whole transactions in threads of their own: some that read, and one that writes for all who wait.

An asynchronous driver takes a SQLite statement to a thread and back in several steps, and a write
that waits for the event loop in between keeps every other write waiting. Here the work of a
transaction is a function, which a thread does from beginning to end. What is to be written
meanwhile is written together next, so that all of it is made durable at once: that takes the disk
some 10 ms, however much it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
# What is done in a transaction; it may be done again when the transaction of several fails.
Work = Callable[[Connection], T]

# More would only wait for each other: they compute while SQLite does not.
_READERS = 2
# So many at most are written together, that the first need not wait long for the last.
_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of some work."""

    result: Any = None
    error: Exception | None = None


class Threads:
    """The threads in which the transactions of a SQLite file are done."""

    def __init__(self, engine: Engine) -> None:
        """Use the engine of a driver that blocks."""
        self.engine = engine
        # Whoever writes otherwise takes a turn, too: a file has one writer at a time.
        self.turn = asyncio.Lock()
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._start()

    def _start(self) -> None:
        self._readers = ThreadPoolExecutor(_READERS, "read")
        self._writer = ThreadPoolExecutor(1, "write")

    async def read(self, work: Work[T]) -> T:
        """Do work that only reads; it sees one state."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        """Do work that writes; what it wrote is on disk when this returns.

        It fails for itself alone: what was to be written along with it is written.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await done

    async def close(self) -> None:
        """Close every connection, when what is under way is done; the next work opens others."""
        readers, writer = self._readers, self._writer
        self._start()
        for executor in (readers, writer):
            await asyncio.to_thread(executor.shutdown)
        self.engine.dispose()

    def _read(self, work: Work[T]) -> T:
        with self.engine.connect() as db:
            return work(db.execution_options(read_only=True))

    async def _write_all(self) -> None:
        """Write until nobody waits."""
        while self._waiting:
            async with self.turn:
                batch, self._waiting = self._waiting[:_TOGETHER], self._waiting[_TOGETHER:]
                # Who asked may have gone.
                batch = [(work, done) for work, done in batch if not done.done()]
                outcomes = await asyncio.get_running_loop().run_in_executor(
                    self._writer, self._write, [work for work, _ in batch]
                )
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                if done.done():
                    continue
                if outcome.error:
                    done.set_exception(outcome.error)
                else:
                    done.set_result(outcome.result)

    def _write(self, works: Sequence[Work[Any]]) -> list[_Outcome]:
        try:
            with self.engine.begin() as db:
                return [_Outcome(work(db)) for work in works]
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            if len(works) == 1:
                return [_Outcome(error=error)]
        # One may have taken the others along.
        return [outcome for work in works for outcome in self._write([work])]
