"""What the tests' Discord remembers: one server with one channel, its people, messages and threads."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GUILD, CHANNEL, DIRECT = "500", "600", "700"
BOT, APPLICATION, ADA, BOB = "1", "1", "11", "12"
NAMES = {BOT: "coach", ADA: "ada", BOB: "bob"}
EPHEMERAL = 64
_EPOCH_MS = 1_420_070_400_000


@dataclass
class Interaction:
    """An interaction, and when it was acknowledged."""

    id: str
    token: str
    sent: float
    user: str
    acknowledged: float | None = None
    ephemeral: bool = False
    original: str = ""


@dataclass
class World:
    """Everything that is there, and a way to wait for it to change."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    threads: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The replies to each message, by id.
    replies: dict[str, list[str]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    # The channels of direct messages.
    direct: set[str] = field(default_factory=lambda: {DIRECT})
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> str:
        """A snowflake: it tells the time."""
        return str(((int(time.time() * 1000) - _EPOCH_MS) << 22) + next(self._ids) % 4096)

    def user(self, user: str) -> dict[str, Any]:
        name = NAMES.get(user, f"user{user}")
        return {"id": user, "username": name, "discriminator": "0", "avatar": None, "bot": user == BOT}

    def add_message(self, channel: str, author: str, **fields: Any) -> dict[str, Any]:
        message = {
            "id": self.new_id(),
            "channel_id": channel,
            "author": self.user(author),
            "content": "",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime()),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": 0,
            "flags": 0,
            **fields,
        }
        if channel not in self.direct:
            message["guild_id"] = GUILD
        self.messages[message["id"]] = message
        return message

    def by_bot(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """What the bot has written in a channel and everybody sees, oldest first."""
        return [
            message
            for message in self.messages.values()
            if message["channel_id"] == channel
            and message["author"]["id"] == BOT
            and not message["flags"] & EPHEMERAL
        ]

    def replies_to(self, message_id: str) -> list[dict[str, Any]]:
        """What was sent in reply to a message and is still there."""
        return [self.messages[reply] for reply in self.replies.get(message_id, []) if reply in self.messages]

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(lambda: bool(condition()))


def text_of(message: dict[str, Any]) -> str:
    """The first text that a message shows."""
    shown = [part["content"] for part in message["components"] if part["type"] == 10]
    return (shown[0] if shown else str(message["content"])).replace("\N{NO-BREAK SPACE}", " ")


def button_of(message: dict[str, Any], action: str) -> dict[str, Any]:
    """The first button of a message that does this."""
    buttons = [
        item
        for part in message["components"]
        for item in ([part["accessory"]] if part["type"] == 9 else part.get("components", []))
    ]
    return next(item for item in buttons if item["custom_id"].startswith(f"{action}:"))
