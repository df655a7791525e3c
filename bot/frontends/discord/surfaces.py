"""Where replies go: as messages in a channel, or in answer to an interaction.

Showing the same pages twice shows them once: messages carry a nonce made from the id of what they
answer, an interaction's first message is always the same one, and what was shown is kept page by page.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

import discord

from bot.frontends.discord.rendering import Page
from bot.frontends.discord.views import files, layout

_NOBODY = discord.AllowedMentions.none()
# Is handed the ids of what has been shown so far, to be kept.
Keep = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a reply goes, in a form that can be kept.

    A `token` answers an interaction whose `original` message says so far that we are thinking; it is
    valid for a quarter of an hour. Without one, the reply goes to the channel. Where nothing else
    shows what was asked, the reply `quotes` it.
    """

    channel: int
    guild: int | None = None
    token: str = ""
    original: int = 0
    ephemeral: bool = False
    can_thread: bool = False
    quotes: bool = False

    def dumps(self) -> str:
        """Write the address as text."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Address:
        """Read the address from text."""
        return cls(**json.loads(text))


class Surface(Protocol):
    """Where pages are shown."""

    async def show(self, pages: Sequence[Page], shown: list[str], keep: Keep, edition: int = 1) -> None:
        """Show pages, in place of those `shown` before; `shown` is kept up to date with their ids.

        After each page that another follows, `keep` is told, so that a kill between the two doubles
        nothing. `edition` counts how often other pages have been shown for the same message.
        """


class ChannelSurface:
    """Shows pages as messages in a channel, in reply to another message."""

    def __init__(self, client: discord.Client, address: Address, message_id: str) -> None:
        """Reply to the message with this id."""
        self._channel = client.get_partial_messageable(address.channel, guild_id=address.guild)
        self._reference = discord.MessageReference(
            message_id=int(message_id),
            channel_id=address.channel,
            guild_id=address.guild,
            # A reply to what was deleted meanwhile goes out without the reference.
            fail_if_not_exists=False,
        )
        self._message_id = message_id
        self._client = client

    async def show(self, pages: Sequence[Page], shown: list[str], keep: Keep, edition: int = 1) -> None:
        """Send or edit messages; take away those that are too many."""
        for n, page in enumerate(pages):
            if n >= len(shown) or not await self._edit(shown[n], page):
                shown[n : n + 1] = [await self._send(page, f"{self._message_id}-{edition}-{n}", first=n == 0)]
            if n + 1 < len(pages):
                await keep(shown)
        for message_id in shown[len(pages) :]:
            await self.take_away(message_id)
        del shown[len(pages) :]

    async def take_away(self, message_id: str) -> None:
        """Delete one of our messages, unless it is gone already."""
        with suppress(discord.NotFound):
            await self._channel.get_partial_message(int(message_id)).delete()

    async def find(self) -> list[str]:
        """Find what we have sent in reply to the message before, oldest first."""
        sent: list[str] = []
        after = discord.Object(cast("int", self._reference.message_id))
        with suppress(discord.HTTPException):
            async for message in self._channel.history(after=after, oldest_first=True, limit=100):
                reference = message.reference
                replies = reference is not None and str(reference.message_id) == self._message_id
                if replies and message.author == self._client.user:
                    sent.append(str(message.id))
        return sent

    async def _send(self, page: Page, nonce: str, *, first: bool) -> str:
        arguments: dict[str, Any] = {"reference": self._reference} if first else {}
        message = await self._channel.send(
            view=layout(page),
            files=files(page),
            nonce=nonce,
            allowed_mentions=_NOBODY,
            mention_author=False,
            **arguments,
        )
        return str(message.id)

    async def _edit(self, message_id: str, page: Page) -> bool:
        """Edit one of our messages; return whether it is still there."""
        try:
            await self._channel.get_partial_message(int(message_id)).edit(
                view=layout(page), attachments=files(page), allowed_mentions=_NOBODY
            )
        except discord.NotFound:
            return False
        return True


class InteractionSurface:
    """Shows pages in answer to an interaction that has been acknowledged."""

    def __init__(self, client: discord.Client, address: Address) -> None:
        """Answer the interaction of the address."""
        self._webhook = discord.Webhook.partial(
            cast("int", client.application_id), address.token, client=client
        )
        # As which it may also send what only one person sees.
        self._webhook.type = discord.WebhookType.application
        self._original = str(address.original)
        self._ephemeral = address.ephemeral

    async def show(self, pages: Sequence[Page], shown: list[str], keep: Keep, edition: int = 1) -> None:  # noqa: ARG002
        """Fill in the message that says we are thinking; further pages follow it."""
        shown[:1] = [self._original]
        for n, page in enumerate(pages):
            if n < len(shown):
                message = await self._webhook.edit_message(
                    int(shown[n]),
                    view=layout(page),
                    attachments=files(page),
                    allowed_mentions=_NOBODY,
                )
            else:
                message = await self._webhook.send(
                    view=layout(page),
                    files=files(page),
                    ephemeral=self._ephemeral,
                    allowed_mentions=_NOBODY,
                    wait=True,
                )
            shown[n : n + 1] = [str(message.id)]
            if n + 1 < len(pages):
                await keep(shown)


def surface_of(client: discord.Client, address: Address, message_id: str) -> Surface:
    """Open what an address names."""
    if address.token:
        return InteractionSurface(client, address)
    return ChannelSurface(client, address, message_id)
