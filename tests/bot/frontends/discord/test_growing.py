"""Answers that grow by edits of one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from bot.frontends.discord.rendering import Page
from bot.frontends.discord.streaming import growing
from bot.frontends.discord.surfaces import Keep
from tests.discord_server.place import Place, labels, texts


class Shelf:
    """A surface that notes what it shows, once it is let."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.texts: list[str] = []
        self.asked = asyncio.Event()
        self.let = asyncio.Event()
        self._fault = fault

    async def show(self, pages: Sequence[Page], shown: list[str], keep: Keep, edition: int = 1) -> None:  # noqa: ARG002
        self.asked.set()
        await self.let.wait()
        if self._fault:
            raise self._fault
        shown[:] = ["1"]
        self.texts.append(pages[0].texts[-1])


class Turnstile:
    """A pause that lasts until it is let go; it tells when it begins."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(self) -> None:
        self.begun.set()
        await self.let.wait()


async def test_an_edit_waits_for_the_pause_and_shows_the_newest() -> None:
    shelf, pause = Shelf(), Turnstile()
    shelf.let.set()
    shown: list[str] = []

    async with growing(shelf, shown, 1, "", pause) as listen:
        await listen("One.")
        await pause.begun.wait()
        await listen("One. Two.")
        await listen("One. Two. Three.")
        before = list(shelf.texts)
        pause.begun.clear()
        pause.let.set()
        await pause.begun.wait()

    assert before == ["One."]
    assert shelf.texts == ["One.", "One. Two. Three."]
    assert shown == ["1"]


async def test_what_is_being_sent_is_waited_for() -> None:
    shelf, pause = Shelf(), Turnstile()
    shown: list[str] = []

    async def answer() -> None:
        async with growing(shelf, shown, 1, "", pause) as listen:
            await listen("One.")
            await shelf.asked.wait()

    answering = asyncio.create_task(answer())
    await shelf.asked.wait()
    await asyncio.sleep(0)
    assert not answering.done()
    shelf.let.set()
    await answering

    assert (shelf.texts, shown) == (["One."], ["1"])


@pytest.mark.parametrize("fault", [OSError("no connection"), RuntimeError("our own mistake")], ids=repr)
async def test_a_fault_ends_the_growing_and_nothing_else(fault: Exception) -> None:
    shelf, pause = Shelf(fault), Turnstile()
    shelf.let.set()

    async with growing(shelf, [], 1, "", pause) as listen:
        await listen("One.")
        await shelf.asked.wait()
        await listen("One. Two.")

    assert shelf.texts == []


async def test_an_answer_grows_in_one_message(place: Place) -> None:
    place.parrot.gate.clear()
    asking = asyncio.create_task(place.ask("grow with me"))
    await _until(lambda: bool(place.replies))
    [begun] = place.replies
    assert texts(begun) == ["You said: grow"]
    assert labels(begun) == []

    place.parrot.gate.set()
    reply = await asking

    assert [message.id for message in place.replies] == [begun.id]
    assert texts(reply) == ["You said: grow with me [1].", "-# [1] Foundations › Maths"]
    assert "Sources" in labels(reply)


async def test_it_grows_in_direct_messages_and_commands_too(place: Place) -> None:
    place.parrot.gate.clear()
    direct, channel = place.ada.user.dm_channel, place.channel
    writing = asyncio.create_task(place.ada.send_dm("grow with me"))
    await _until(lambda: [texts(each) for each in place.by_me(direct)] == [["You said: grow"]])
    place.parrot.gate.set()
    await writing
    place.parrot.gate.clear()
    asking = asyncio.create_task(place.ada.slash(channel, "ask", question="grow with me"))
    grown = ["> grow with me", "You said: grow"]
    await _until(lambda: any(texts(each) == grown for each in place.by_me(channel)))
    place.parrot.gate.set()
    result = await asking

    assert [texts(each)[0] for each in place.by_me(direct)] == ["You said: grow with me [1]."]
    assert texts(result.response)[:2] == ["> grow with me", "You said: grow with me [1]."]
    assert len(place.replies) == 1


async def test_a_question_deleted_meanwhile_takes_what_was_shown_along(place: Place) -> None:
    place.parrot.gate.clear()
    sending = asyncio.create_task(place.ada.send(place.channel, f"{place.me} grow with me"))
    await _until(lambda: bool(place.replies))
    [question] = [m for m in place.channel.history() if m.author != place.client.user]
    withdrawing = asyncio.create_task(place.client.desk.withdraw(str(question.id)))
    await asyncio.sleep(0.1)
    place.parrot.gate.set()
    await asyncio.gather(sending, withdrawing)

    assert place.replies == []


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the simulated Discord tells nobody what changes
            await asyncio.sleep(0.01)
