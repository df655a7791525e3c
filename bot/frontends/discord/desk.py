"""The desk: takes a message in, has the coach answer it, and sees that the answer goes out once.

Each step can be repeated without harm: a message is taken in once, the coach gives the same reply to
the same message again, and showing a reply twice shows it once. So what was under way when the bot
died is simply done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from bot.coach.coach import Coach
from bot.fleet.fleet import Fleet
from bot.fleet.shards import ALL, Shards
from bot.frontends.discord import faults, limits, rendering
from bot.frontends.discord.moderation import Moderation
from bot.frontends.discord.rendering import Page, Setting
from bot.frontends.discord.streaming import growing
from bot.frontends.discord.surfaces import Address, ChannelSurface, Surface, surface_of
from bot.memory.deliveries import Deliveries, Delivery, Incoming, Limit, Refused, State
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.queues import Queues
from bot.reply import Message, Reply
from bot.telemetry.turn import turn
from knowledge.outages import StorageError
from retrieval.answer import Listener

log = logging.getLogger(__name__)

# What could not be sent for so long is not tried again; an answer would only puzzle.
_TOO_LATE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Backstage:
    """What the Discord side works with; without `moderation` nobody changes the guides from there.

    `shards` are this process's part of the bot.
    """

    coach: Coach
    deliveries: Deliveries
    feedback: Feedback
    gaps: Gaps
    limit: Limit
    fleet: Fleet
    moderation: Moderation | None = None
    shards: Shards = ALL


class Desk:
    """Answers what people say, each message once, in order for each conversation."""

    def __init__(self, client: discord.Client, backstage: Backstage) -> None:
        """Send by this client."""
        self.backstage = backstage
        self._client = client
        self._coach = backstage.coach
        self._deliveries = backstage.deliveries
        self._arriving = Queues()
        self._queues = Queues()
        self._answering: set[asyncio.Task[Any]] = set()
        self._left = False

    async def answer(self, incoming: Incoming) -> None:
        """Answer a message, unless that is done or under way already."""
        # Taken in before it waits, so that what waits is not lost with the process.
        async with self._arriving.turn(incoming.user, incoming.channel):
            try:
                taken = await self._deliveries.receive(incoming, self.backstage.limit)
            except StorageError as error:  # it is not taken in, and the person knows
                await self.show(incoming, rendering.text_page(str(error)))
                return
        async with self._queues.turn(incoming.user, incoming.channel):
            if isinstance(taken, Refused):
                await self._turn_away(incoming, taken)
            elif taken:
                await self._finish(incoming.id)

    async def answer_again(self, message_id: str, text: str) -> None:
        """Answer an edited message anew, in place of what was said before."""
        delivery = await self._deliveries.find(message_id)
        if delivery is None or delivery.state is State.WITHDRAWN:
            return
        async with self._queues.turn(delivery.incoming.user, delivery.incoming.channel):
            if await self._deliveries.reopen(message_id, text, self.backstage.limit):
                await self._coach.retract(message_id)
                await self._finish(message_id)

    async def withdraw(self, message_id: str) -> None:
        """Take back the answer to a message that was deleted."""
        delivery = await self._deliveries.find(message_id)
        if delivery is None:
            return
        # At once, so that an answer under way is not sent any more.
        await self._deliveries.close(message_id, State.WITHDRAWN)
        async with self._queues.turn(delivery.incoming.user, delivery.incoming.channel):
            await self._take_back(message_id)

    async def catch_up(self) -> None:
        """Answer what was under way when the bot stopped, or could not be sent, on this process's shards."""
        # A queue of its own, so that `finish` waits for this, too.
        async with self._queues.turn():
            for delivery in await self._deliveries.unfinished():
                if not self.backstage.shards.own(Address.loads(delivery.incoming.address).guild):
                    continue
                async with self._queues.turn(delivery.incoming.user, delivery.incoming.channel):
                    await self._finish(delivery.incoming.id, again=True)

    async def offer(self, incoming: Incoming, pages: Sequence[Page], offers: Sequence[str]) -> None:
        """Show pages that are no answer of the coach's, with buttons that say the texts offered."""
        await self._deliveries.keep(incoming, offers)
        await self.show(incoming, pages)

    async def forget(self, user: str, channel: str) -> int:
        """Delete a conversation; return how many turns it had."""
        await self._deliveries.forget(user, channel)
        return await self._coach.forget(user, channel)

    def waiting(self) -> int:
        """Count the messages that are being answered or wait for their turn."""
        return self._queues.waiting()

    def arriving(self) -> AbstractAsyncContextManager[None]:
        """Be awaited by `leave`: something has been acknowledged and is not taken in yet."""
        return self._arriving.turn(object())

    async def leave(self, seconds: float) -> None:
        """Let what is under way be answered, for so long; the next start sees to what is left then."""
        await asyncio.sleep(0)  # what has just come in begins
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle(), seconds)
        self._left = True
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _idle(self) -> None:
        while self._arriving or self._queues:
            await self._arriving.idle()
            await self._queues.idle()

    async def show(self, incoming: Incoming, pages: Sequence[Page]) -> None:
        """Show pages that are no answer of the coach's."""
        await self._send(self._surface(incoming), pages, [], 1, incoming)

    def _surface(self, incoming: Incoming) -> Surface:
        return surface_of(self._client, Address.loads(incoming.address), incoming.id)

    async def _turn_away(self, incoming: Incoming, refused: Refused) -> None:
        """Say when to come back: each time where an interaction waits for it, else once."""
        if Address.loads(incoming.address).token or not refused.told:
            await self.show(incoming, rendering.text_page(faults.too_many(refused.until)))

    async def _finish(self, message_id: str, *, again: bool = False) -> None:
        """Do all that is left to do for a message that was received, as long as the bot stays."""
        task = asyncio.current_task()
        if self._left or task is None:
            return
        self._answering.add(task)
        try:
            with turn():
                await self._do_the_rest(message_id, again=again)
        finally:
            self._answering.discard(task)

    async def _do_the_rest(self, message_id: str, *, again: bool) -> None:
        delivery = await self._deliveries.find(message_id)
        if delivery is None or delivery.state is not State.RECEIVED:
            return
        if again and _is_too_late(delivery):
            log.warning("message %s was under way too long ago to be answered", message_id)
            await self._deliveries.close(message_id, State.FAILED)
            return
        incoming, surface = delivery.incoming, self._surface(delivery.incoming)
        shown = list(delivery.replies)
        if again and not shown and isinstance(surface, ChannelSurface):
            shown = await surface.find()
        async with growing(surface, shown, delivery.times, _quoted(incoming)) as listen:
            reply = await self._think(incoming, listen)
        pages = _pages(incoming, reply)
        current = await self._deliveries.find(message_id)
        # None: all that was kept of the person has just been deleted, and this tells them so.
        if current is not None and current.state is State.WITHDRAWN:
            await self._coach.retract(message_id)
            await _take_away(surface, shown)
            return
        if await self._send(surface, pages, shown, delivery.times, incoming):
            await self._deliveries.answered(message_id, shown, rendering.offers(reply))

    async def _think(self, incoming: Incoming, listen: Listener) -> Reply:
        message = Message(
            incoming.user, incoming.channel, incoming.text, incoming.private, incoming.id, listen
        )
        try:
            return await self._coach.reply(message)
        except Exception as error:  # noqa: BLE001 - nobody is left without a reply
            return faults.apology(error, f"answering message {incoming.id}")

    async def _send(
        self, surface: Surface, pages: Sequence[Page], shown: list[str], edition: int, incoming: Incoming
    ) -> bool:
        """Show pages; return whether they are out. What failed in passing stays to be caught up."""

        async def keep(replies: Sequence[str]) -> None:
            await self._deliveries.shown(incoming.id, replies)

        try:
            await faults.persist(lambda: surface.show(pages, shown, keep, edition))
        except Exception as error:  # noqa: BLE001 - sorted by kind
            kind = faults.kind_of(error)
            fault_id = faults.record(error, f"sending the answer to message {incoming.id}")
            if kind is not faults.Kind.PASSING:
                await self._deliveries.close(incoming.id, State.FAILED)
            if kind is faults.Kind.FORBIDDEN:
                await self._say_forbidden(incoming, fault_id)
            return False
        return True

    async def _say_forbidden(self, incoming: Incoming, fault_id: str) -> None:
        """Tell the person directly that we may not write where they asked."""
        channel = Address.loads(incoming.address).channel
        with suppress(discord.HTTPException):
            user = await self._client.fetch_user(int(incoming.user))
            await user.send(faults.NO_PERMISSION.format(channel=channel, id=fault_id))

    async def _take_back(self, message_id: str) -> None:
        delivery = await self._deliveries.find(message_id)
        if delivery is None:
            return
        await self._coach.retract(message_id)
        await _take_away(self._surface(delivery.incoming), delivery.replies)


async def _take_away(surface: Surface, replies: Iterable[str]) -> None:
    if isinstance(surface, ChannelSurface):
        for reply in replies:
            await surface.take_away(reply)


def _pages(incoming: Incoming, reply: Reply) -> tuple[Page, ...]:
    if reply.private and not incoming.private:
        return rendering.for_you_alone(incoming.id)
    address = Address.loads(incoming.address)
    return rendering.reply_pages(reply, incoming.id, Setting(_quoted(incoming), address.can_thread))


def _quoted(incoming: Incoming) -> str:
    """Return what was asked, if nothing else shows it."""
    return incoming.text if Address.loads(incoming.address).quotes else ""


def _is_too_late(delivery: Delivery) -> bool:
    has_token = bool(Address.loads(delivery.incoming.address).token)
    longest = limits.INTERACTION_LASTS if has_token else _TOO_LATE
    return datetime.now(UTC) - delivery.created_at > longest
