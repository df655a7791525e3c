"""How far something is, shown from time to time."""

from __future__ import annotations

import asyncio

import pytest

from bot.frontends.discord import meter
from bot.frontends.discord.meter import metered


async def test_what_is_counted_is_shown_once_and_nothing_after_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meter, "_SECONDS", 0.001)
    shown: list[str] = []
    seen = asyncio.Event()

    async def show(text: str) -> None:
        shown.append(text)
        seen.set()
        # A slow edit: it must be over before the next thing is shown.
        await asyncio.sleep(0.01)
        shown.append("over")

    async with metered(show, "Encoding") as count:
        count(6, 90)
        count(7, 90)
        await seen.wait()
    shown.append("the end")

    assert shown == ["Encoding: 7 of 90 …", "over", "the end"]


async def test_what_cannot_be_shown_stops_nothing() -> None:
    async with metered(_fail, "Encoding"):
        pass


async def _fail(text: str) -> None:
    raise AssertionError(text)
