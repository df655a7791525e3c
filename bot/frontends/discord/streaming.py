"""An answer that grows before people's eyes: one message, edited as sentences become sure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import discord

from bot.frontends.discord import faults, rendering
from bot.frontends.discord.surfaces import ChannelSurface, Surface
from retrieval.answer import Listener

# Discord takes five edits in five seconds; this leaves room for the last one, which does not wait.
EDIT_SECONDS = 1.2

Pause = Callable[[], Awaitable[None]]


async def _pause() -> None:
    await asyncio.sleep(EDIT_SECONDS)


async def _nothing_follows(_shown: Sequence[str]) -> None:
    """What grows is one page, so there is no place between two."""


@asynccontextmanager
async def growing(
    surface: Surface, shown: list[str], edition: int, question: str, pause: Pause = _pause
) -> AsyncIterator[Listener]:
    """Show what the listener hears, with a pause after each edit.

    At the end nothing is being sent any more, and `shown` has the ids of what is there, so that
    the whole reply takes its place. What cannot be shown meanwhile is left to that.
    """
    answer = _Growing(surface, shown, edition, question, pause)
    task = asyncio.create_task(answer.show())
    try:
        yield answer.listen
    finally:
        # A request that is cut off may have arrived all the same: wait for it.
        async with answer.sending:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Growing:
    def __init__(self, surface: Surface, shown: list[str], edition: int, question: str, pause: Pause) -> None:
        self.sending = asyncio.Lock()
        self._surface = surface
        self._shown = shown
        self._edition = edition
        self._question = question
        self._pause = pause
        self._text = ""
        self._news = asyncio.Event()

    async def listen(self, text: str) -> None:
        self._text = text
        self._news.set()

    async def show(self) -> None:
        """Show the newest text whenever there is one, until this is cancelled or fails."""
        while await self._news.wait():
            async with self.sending:
                self._news.clear()
                try:
                    pages = rendering.growing_page(self._text, self._question)
                    await self._surface.show(pages, self._shown, _nothing_follows, self._edition)
                except Exception as error:  # noqa: BLE001 - the whole reply is sent all the same
                    faults.record(error, "showing an answer that grows")
                    await self._look()
                    return
            await self._pause()

    async def _look(self) -> None:
        """Find out what is there after a fault: a message may have been sent without our knowing."""
        if not self._shown and isinstance(self._surface, ChannelSurface):
            with suppress(discord.DiscordException, *faults.CONNECTION):
                self._shown[:] = await self._surface.find()
