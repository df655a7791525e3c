"""What moderators do: propose a change, look at what it would do, and apply it or drop it.

Who may is asked at every command and every press. Everything shown is for the moderator alone.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from bot.fleet.duties import Duties
from bot.frontends.discord import faults, limits, moderation_pages, presses, rendering
from bot.frontends.discord.desk import Desk
from bot.frontends.discord.meter import metered
from bot.frontends.discord.moderation import Moderation
from bot.frontends.discord.rendering import Action, Button, Page
from bot.frontends.discord.views import layout
from bot.memory.deliveries import Incoming
from bot.moderation.permissions import Actor, may_moderate
from bot.moderation.proposal import Proposal
from bot.moderation.schedule import refresh_duty
from bot.moderation.wishes import Notice
from bot.moderation.words import in_words
from knowledge.errors import CoachError
from retrieval.refresh import Progress

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
# Makes a proposal in the name of an actor.
Propose = Callable[[str, Progress], Awaitable[Proposal]]

_NOT_HERE = "The knowledge base is changed in a server I was added to, where I can see who moderates it."
_NOT_HOME = (
    "All servers I am in share one knowledge base, so it is changed from one of them only. Whoever runs me "
    "names it with COACH_HOME_SERVER; this one's id is {server}."
)
_NOT_ALLOWED = (
    "Only moderators may do that: {who}. If you miss something in the guides, ask me about it and press "
    "“Ask the moderators”."
)
_NOT_OPEN = (
    "This proposal is not open any more: it was decided, is older than a quarter of an hour, or I was "
    "started anew since. Nothing is lost; propose it again."
)
_APPLIED = "Applied. `/kb undo` goes back."
_DISCARDED = "Dropped. Nothing has changed."


class NotAllowedError(app_commands.CheckFailure, CoachError):
    """Somebody may not do what they tried; the text says who may."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A proposal that waits for a decision, and when it was asked for."""

    proposal: Proposal
    asked_at: datetime


class Moderators:
    """Translates between moderators and the curator."""

    def __init__(self, client: discord.Client, desk: Desk, parts: Moderation) -> None:
        """Show by the desk; write to people by the client."""
        self.parts = parts
        self._client = client
        self._desk = desk
        # In memory alone: what was proposed before a restart is easily proposed again.
        self._open: dict[str, _Open] = {}
        # Dropping one proposal must not take away what another is being looked at.
        self._one_at_a_time = asyncio.Lock()

    def may(self, interaction: Interaction) -> bool:
        """Whether somebody may moderate where they are."""
        return self._is_home(interaction) and may_moderate(_actor(interaction), self.parts.role)

    def _is_home(self, interaction: Interaction) -> bool:
        """Whether this is the server named in the settings or, where none is, the only one."""
        if self.parts.home_server:
            return interaction.guild_id == self.parts.home_server
        # A process with some of the shards does not see all servers there are.
        return self._desk.backstage.shards.count == 1 and len(interaction.client.guilds) == 1

    def check(self, interaction: Interaction) -> None:
        """Let moderators pass.

        Raises:
            NotAllowedError: it is somebody else, or not in a server.

        """
        if _actor(interaction).private:
            raise NotAllowedError(_NOT_HERE)
        if not self._is_home(interaction):
            raise NotAllowedError(_NOT_HOME.format(server=interaction.guild_id))
        if not self.may(interaction):
            role = self.parts.role
            who = f"members with the role “{role}”" if role else "members who may manage this server"
            raise NotAllowedError(_NOT_ALLOWED.format(who=who))

    async def show(
        self, interaction: Interaction, look_up: Callable[[], Awaitable[tuple[Page, ...]]]
    ) -> None:
        """Show what is looked up."""
        incoming = await presses.acknowledge(interaction, ephemeral=True)
        await self._desk.show(incoming, await look_up())

    async def propose(self, interaction: Interaction, propose: Propose) -> None:
        """Show what a change would do, with buttons to apply it or to drop it."""
        incoming = await presses.acknowledge(interaction, ephemeral=True)
        curator = self.parts.curator
        async with self._metered(incoming, "Reading") as progress:
            proposal = await propose(_name(interaction), progress)
        said = in_words(proposal, applied=False)
        if not (proposal.plan.changes or proposal.sources):
            await self._desk.show(incoming, rendering.text_page(said))
            return
        async with self._one_at_a_time:
            async with self._metered(incoming, f"{said}\n\nEncoding") as progress:
                prepared = await curator.prepare(proposal, progress)
            async with self._metered(incoming, f"{said}\n\nAsking questions before and after") as progress:
                preview = await self.parts.effects.preview(proposal, prepared, progress)
        self._keep(incoming.id, _Open(proposal, interaction.created_at))
        pages = moderation_pages.proposal_pages(said, preview, incoming.id)
        await self._desk.show(incoming, pages)

    async def press(self, interaction: Interaction, button: Button) -> None:
        """Apply or drop a proposal."""
        self.check(interaction)
        incoming = await presses.acknowledge(interaction, ephemeral=True)
        found = self._open.pop(button.message_id, None)
        if found is None or _is_over(found, interaction.created_at):
            await self._desk.show(incoming, rendering.text_page(_NOT_OPEN))
        elif button.action is Action.APPLY:
            await self._apply(incoming, found.proposal, _name(interaction))
        else:
            async with self._one_at_a_time:
                await self.parts.curator.discard()
            await self._desk.show(incoming, rendering.text_page(_DISCARDED))

    async def refresh_regularly(self, duties: Duties) -> None:
        """Refresh every so many hours, once among all processes, until cancelled."""
        duty = refresh_duty(self.parts.curator, self.parts.refresh_hours, self._tell_refreshed)
        while True:
            try:
                await duties.regularly(duty)
            except Exception as error:  # noqa: BLE001 - the next time may go better
                faults.record(error, "the regular refresh")

    async def tell_waiting(self) -> None:
        """Write to those whose questions are answered by now, each once."""
        for notice in await self.parts.wishes.notices():
            # Whoever asked in a terminal has no direct messages.
            if notice.user.isdecimal():
                await self._tell(notice)

    async def _apply(self, incoming: Incoming, proposal: Proposal, actor: str) -> None:
        async with self._one_at_a_time, self._metered(incoming, "Applying") as progress:
            await self.parts.curator.apply(proposal, actor=actor, progress=progress)
        said = f"{in_words(proposal, applied=True)}\n\n{_APPLIED}"
        await self._desk.show(incoming, rendering.text_page(said))
        await self.tell_waiting()

    async def _tell_refreshed(self, proposal: Proposal) -> None:
        log.log(
            logging.WARNING if proposal.troubles else logging.INFO,
            "the regular refresh: %s",
            in_words(proposal, applied=True),
        )
        await self.tell_waiting()

    async def _tell(self, notice: Notice) -> None:
        try:
            user = await faults.persist(lambda: self._client.fetch_user(int(notice.user)))
            for page in moderation_pages.notice_pages(notice):
                await self._send(user, page)
        except Exception as error:  # noqa: BLE001 - one who cannot be told keeps nobody else from it
            if faults.kind_of(error) is not faults.Kind.FORBIDDEN:
                faults.record(error, "telling somebody that their question is answered")

    async def _send(self, user: discord.User, page: Page) -> None:
        nonce = secrets.token_hex(8)
        nobody = discord.AllowedMentions.none()
        await faults.persist(lambda: user.send(view=layout(page), nonce=nonce, allowed_mentions=nobody))

    def _metered(self, incoming: Incoming, doing: str) -> AbstractAsyncContextManager[Progress]:
        return metered(lambda text: self._desk.show(incoming, _one_page(text)), doing)

    def _keep(self, proposal_id: str, opened: _Open) -> None:
        now = opened.asked_at
        self._open = {each: other for each, other in self._open.items() if not _is_over(other, now)}
        self._open[proposal_id] = opened


def _one_page(text: str) -> Sequence[Page]:
    """What is shown again and again stays one message; the end says how far it is."""
    return rendering.pages([text])[-1:]


def _is_over(opened: _Open, now: datetime) -> bool:
    return now - opened.asked_at > limits.INTERACTION_LASTS


def _name(interaction: Interaction) -> str:
    """Name somebody for the history; names change, so with their id."""
    return f"{interaction.user.name} ({interaction.user.id})"


def _actor(interaction: Interaction) -> Actor:
    user = interaction.user
    # Whoever installs the coach for themselves brings it into servers that it was never added to;
    # what somebody may do there says nothing.
    added = interaction.client.get_guild(interaction.guild_id or 0) is not None
    if not (added and isinstance(user, discord.Member)):
        return Actor(str(user.id), user.name, private=True)
    roles = {name for role in user.roles for name in (role.name, str(role.id))}
    return Actor(str(user.id), user.name, roles, manages=interaction.permissions.manage_guild)
