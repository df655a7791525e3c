"""The desk: takes a message in, has the coach answer it, and sees that the answer goes out once.

Each step can be repeated without harm: a message is taken in once, the coach gives the same reply to
the same message again, and showing a reply twice shows it once. So what was under way when the bot
died is simply done again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import discord

from bot.coach.coach import Coach
from bot.fleet.fleet import Fleet
from bot.fleet.shards import ALL, Shards
from bot.frontends.discord import faults, limits, rendering
from bot.frontends.discord.moderation import Moderation
from bot.frontends.discord.rendering import Page, Setting
from bot.frontends.discord.surfaces import Address, ChannelSurface, Surface, surface_of
from bot.memory.deliveries import Deliveries, Delivery, Incoming, Limit, Refused, State
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.queues import Queues
from bot.reply import Message, Reply

log = logging.getLogger(__name__)

# What could not be sent for so long is not tried again; an answer would only puzzle.
_TOO_LATE = timedelta(hours=6)
_TOO_MANY = (
    "That's a lot of questions at once, and I want to be there for everybody. "
    "I'll gladly go on <t:{until}:R>; please ask again then."
)


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
        self._queues = Queues()

    async def answer(self, incoming: Incoming) -> None:
        """Answer a message, unless that is done or under way already."""
        async with self._queues.turn(incoming.user, incoming.channel):
            taken = await self._deliveries.receive(incoming, self.backstage.limit)
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

    async def finish(self) -> None:
        """Wait until all that is under way has been answered."""
        await self._queues.idle()

    async def show(self, incoming: Incoming, pages: Sequence[Page]) -> None:
        """Show pages that are no answer of the coach's."""
        await self._send(self._surface(incoming), pages, [], 1, incoming)

    def _surface(self, incoming: Incoming) -> Surface:
        return surface_of(self._client, Address.loads(incoming.address), incoming.id)

    async def _turn_away(self, incoming: Incoming, refused: Refused) -> None:
        """Say when to come back: each time where an interaction waits for it, else once."""
        if Address.loads(incoming.address).token or not refused.told:
            until = int(refused.until.timestamp()) + 1
            await self.show(incoming, rendering.text_page(_TOO_MANY.format(until=until)))

    async def _finish(self, message_id: str, *, again: bool = False) -> None:
        """Do all that is left to do for a message that was received."""
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
        reply = await self._think(incoming)
        pages = _pages(incoming, reply)
        current = await self._deliveries.find(message_id)
        # None: all that was kept of the person has just been deleted, and this tells them so.
        if current is not None and current.state is State.WITHDRAWN:
            await self._coach.retract(message_id)
            return
        if await self._send(surface, pages, shown, delivery.times, incoming):
            await self._deliveries.answered(message_id, shown, rendering.offers(reply))

    async def _think(self, incoming: Incoming) -> Reply:
        message = Message(
            incoming.user, incoming.channel, incoming.text, private=incoming.private, id=incoming.id
        )
        try:
            return await self._coach.reply(message)
        except Exception as error:  # noqa: BLE001 - nobody is left without a reply
            return faults.apology(error, f"answering message {incoming.id}")

    async def _send(
        self, surface: Surface, pages: Sequence[Page], shown: list[str], edition: int, incoming: Incoming
    ) -> bool:
        """Show pages; return whether they are out. What failed in passing stays to be caught up."""
        try:
            await faults.persist(lambda: surface.show(pages, shown, edition))
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
        surface = self._surface(delivery.incoming)
        if isinstance(surface, ChannelSurface):
            for reply in delivery.replies:
                await surface.take_away(reply)


def _pages(incoming: Incoming, reply: Reply) -> tuple[Page, ...]:
    if reply.private and not incoming.private:
        return rendering.for_you_alone(incoming.id)
    address = Address.loads(incoming.address)
    setting = Setting(incoming.text if address.quotes else "", address.can_thread)
    return rendering.reply_pages(reply, incoming.id, setting)


def _is_too_late(delivery: Delivery) -> bool:
    has_token = bool(Address.loads(delivery.incoming.address).token)
    longest = limits.INTERACTION_LASTS if has_token else _TOO_LATE
    return datetime.now(UTC) - delivery.created_at > longest
