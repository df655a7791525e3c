"""Reads documents in a process of their own, under limits of time and memory."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from knowledge.loaders.document import MOST_BYTES, Document, UnreadableError

_ROOT = Path(__file__).parents[2]
# The longest PDF that may be added takes a few seconds; a bomb takes for ever.
MOST_SECONDS = 60.0
_MOST_REPLY = 4 * MOST_BYTES


class Sandbox:
    """A worker process, begun when it is first needed and again after it was lost."""

    def __init__(self, most_seconds: float = MOST_SECONDS) -> None:
        """Give each document so many seconds."""
        self._most_seconds = most_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(self, data: bytes, *, name: str, content_type: str = "") -> Document:
        """Read a document.

        Raises:
            UnreadableError: it cannot be read; the text says why and what would help.

        """
        if len(data) > MOST_BYTES:
            raise UnreadableError(
                f"This is larger than {MOST_BYTES // 1_000_000} MB. Split it, or add its text alone."
            )
        async with self._one_at_a_time:
            try:
                reply = await asyncio.wait_for(self._ask(data, name, content_type), self._most_seconds)
            except TimeoutError:
                await self.close()
                raise UnreadableError(
                    "This takes far too long to read. Split it, or add its text alone."
                ) from None
            except (OSError, ValueError, EOFError):
                await self.close()
                raise UnreadableError(
                    "This cannot be read: reading it breaks off. It may be damaged."
                ) from None
            except asyncio.CancelledError:
                await self.close()
                raise
        if "error" in reply:
            raise UnreadableError(reply["error"])
        return Document.of_fields(reply["document"])

    async def _ask(self, data: bytes, name: str, content_type: str) -> dict[str, Any]:
        process = self._process or await self._begin()
        assert process.stdin and process.stdout  # noqa: S101, PT018 - both are pipes # nosec B101
        head = json.dumps({"name": name, "type": content_type, "size": len(data)})
        process.stdin.write(head.encode() + b"\n" + data)
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise EOFError
        reply: dict[str, Any] = json.loads(line)
        return reply

    async def _begin(self) -> asyncio.subprocess.Process:
        # An empty environment: what reads strangers' files gets no key to lose.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "knowledge.loaders.worker",
            cwd=_ROOT,
            env={},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_MOST_REPLY,
        )
        return self._process

    async def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin:
            process.stdin.close()


@asynccontextmanager
async def open_sandbox() -> AsyncIterator[Sandbox]:
    """Open a sandbox, and end its worker afterwards."""
    sandbox = Sandbox()
    try:
        yield sandbox
    finally:
        await sandbox.close()
