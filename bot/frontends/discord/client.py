"""The client: connects Discord's events to the modules beside it."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import discord
from discord import app_commands
from discord.ext import tasks

from bot.frontends.discord import faults, presses, talk
from bot.frontends.discord.commands import add_commands
from bot.frontends.discord.desk import Backstage, Desk
from bot.frontends.discord.guard import Guard
from bot.frontends.discord.limits import IDENTIFY_EVERY
from bot.frontends.discord.moderator_commands import KnowledgeBase, fill_gap
from bot.frontends.discord.moderators import Moderators
from bot.frontends.discord.rendering import Action, Button
from bot.frontends.discord.turnstile import Turnstile
from bot.frontends.discord.views import CoachButton
from bot.telemetry.turn import turn
from knowledge.outages import StorageError

log = logging.getLogger(__name__)

# What could not be sent is tried again this often.
_CATCH_UP_SECONDS = 60
# How long a stop waits for answers under way; what is not finished then, the next start sees to.
# Whoever stops it gives ten seconds, of which closing everything needs some.
_FAREWELL_SECONDS = 8


def wanted_intents(*, message_content: bool) -> discord.Intents:
    """Name what the coach wants to hear of: servers and messages, and no more."""
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = True
    intents.dm_messages = True
    # To read what is written in its threads without a mention.
    intents.message_content = message_content
    return intents


class CoachClient(discord.Client):
    """The coach as a user of Discord's."""

    def __init__(
        self,
        backstage: Backstage,
        guard: Guard | None = None,
        *,
        message_content: bool = True,
        **options: Any,  # noqa: ANN401 - discord.py's own
    ) -> None:
        """Answer with the parts backstage; the guard hears what Discord turns away."""
        super().__init__(
            intents=wanted_intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            # Nothing is read from the library's own memory of messages.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # What was under way is seen to at once; nothing waits for the list of servers.
            guild_ready_timeout=0,
            http_trace=(guard or Guard()).trace(),
            **options,
        )
        self.turnstile = Turnstile(backstage.limit)
        self._fleet, self._shards = backstage.fleet, backstage.shards
        self.desk = Desk(self, backstage)
        self._moderators = Moderators(self, self.desk, backstage.moderation) if backstage.moderation else None
        self._refreshing: asyncio.Task[None] | None = None
        self._leaving = False
        self.tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def setup_hook(self) -> None:
        """Make the commands known, and wake the buttons of earlier runs."""
        add_commands(self.tree, self.desk)
        if self._moderators:
            self.tree.add_command(KnowledgeBase(self._moderators))
            if self._moderators.parts.refresh_hours:
                self._refreshing = asyncio.create_task(self._moderators.refresh_regularly(self._fleet.duties))
        self.add_dynamic_items(CoachButton)
        if self._shards.first:
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until Discord lets the next shard in: one in five seconds, of whatever process."""
        try:
            await self._fleet.leases.pace("log in to Discord", IDENTIFY_EVERY)
        except StorageError:  # without the database the others cannot be heard of
            await super().before_identify_hook(shard_id, initial=initial)

    async def on_ready(self) -> None:
        """Take up what was under way when the bot stopped, and see to it from time to time."""
        log.info("connected as %s", self.user)
        if not (self._leaving or self._catch_up.is_running()):
            self._catch_up.start()

    async def close(self) -> None:
        """Finish what is under way, as far as it takes no longer than a while, and disconnect."""
        self._leaving = True
        await self.desk.leave(_FAREWELL_SECONDS)
        self._catch_up.cancel()
        if self._refreshing:
            self._refreshing.cancel()
        await super().close()

    async def on_message(self, message: discord.Message) -> None:
        """Answer what is meant for the coach."""
        if self.user and talk.is_for(message, self.user):
            await talk.hear(self.desk, message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer anew what was edited soon."""
        if self.user:
            await talk.hear_edit(self.desk, payload.message, self.user)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take the answer along."""
        await self.desk.withdraw(str(payload.message_id))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Take the answers along."""
        for message_id in payload.message_ids:
            await self.desk.withdraw(str(message_id))

    async def press(self, interaction: discord.Interaction[Any], button: Button) -> None:
        """See to a press of a button."""
        with turn():
            try:
                self.turnstile.admit(interaction.user.id, interaction.created_at)
                if self._moderators and button.action is Action.FILL_GAP:
                    await fill_gap(self._moderators, interaction, int(button.message_id))
                elif self._moderators and button.action in {Action.APPLY, Action.DISCARD}:
                    await self._moderators.press(interaction, button)
                else:
                    await presses.press(self.desk, interaction, button)
            except Exception as error:  # noqa: BLE001 - nobody is left without a reply
                await faults.tell(interaction, error)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002
        """Log what no handler expected."""
        if error := sys.exception():
            faults.record(error, f"the event {event_method}")

    @tasks.loop(seconds=_CATCH_UP_SECONDS)
    async def _catch_up(self) -> None:
        try:
            await self.desk.catch_up()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            faults.record(error, "catching up")


class ShardedCoachClient(CoachClient, discord.AutoShardedClient):
    """The coach with this process's part of a large bot's shards."""

    def __init__(
        self, backstage: Backstage, guard: Guard | None = None, *, message_content: bool = True
    ) -> None:
        """Connect the shards of the backstage."""
        shards = backstage.shards
        super().__init__(
            backstage,
            guard,
            message_content=message_content,
            shard_ids=list(shards.ids),
            shard_count=shards.count,
        )


class Tree(app_commands.CommandTree[CoachClient]):
    """The commands; what fails in one is told to the person."""

    async def interaction_check(self, interaction: discord.Interaction[CoachClient], /) -> bool:
        """Let nobody through who uses too many at once; what is offered while they type is free."""
        if interaction.type is not discord.InteractionType.autocomplete:
            interaction.client.turnstile.admit(interaction.user.id, interaction.created_at)
        return True

    async def on_error(
        self, interaction: discord.Interaction[CoachClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person, and log."""
        await faults.tell(interaction, getattr(error, "original", error))
