from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from bot.coach.coach import Coach
from bot.coach.streaming import stream_reply
from bot.reply import Message, Reply

MESSAGE = Message("ada", "dm", "what maths do I need?")


class Slow:
    """A coach that says one thing after the other."""

    def __init__(self, *texts: str, fails: bool = False) -> None:
        self.texts = texts
        self.fails = fails
        self.stopped = False

    async def reply(self, message: Message) -> Reply:
        try:
            for text in self.texts:
                if message.listen:
                    await message.listen(text)
                await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            self.stopped = True
            raise
        if self.fails:
            raise RuntimeError("broken")
        return Reply("answer", "One. Two. Three.")


def streamed(coach: Slow) -> Any:
    return stream_reply(cast("Coach", coach), MESSAGE)


async def test_texts_come_as_they_grow_and_the_reply_comes_last() -> None:
    *texts, last = [said async for said in streamed(Slow("One.", "One. Two."))]

    assert texts == ["One.", "One. Two."]
    assert last == Reply("answer", "One. Two. Three.")


async def test_a_reply_that_does_not_grow_comes_at_once() -> None:
    assert [said async for said in streamed(Slow())] == [Reply("answer", "One. Two. Three.")]


async def test_a_fault_reaches_the_reader() -> None:
    with pytest.raises(RuntimeError, match="broken"):
        _ = [said async for said in streamed(Slow("One.", fails=True))]


async def test_who_stops_reading_stops_the_reply() -> None:
    coach = Slow(*["One.", "Two.", "Three.", "Four.", "Five."])
    stream = streamed(coach)
    await anext(stream)
    await stream.aclose()
    await asyncio.sleep(0)

    assert coach.stopped
