"""People who leave something of themselves in every place there is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.clauses import Clause
from bot.memory.conversations import Conversations
from bot.memory.deliveries import Deliveries, Incoming, Limit
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.memory.profiles import GuidedState, Profiles
from bot.memory.typed import typed_path
from bot.memory.usage import Usage
from bot.reply import Message, Reply
from knowledge.library import Library
from retrieval.rewrite import Exchange

LIMIT = Limit(20, timedelta(minutes=5))


async def live_as(engine: AsyncEngine, folder: Path, user: str) -> None:
    """Leave something of a person in every place there is, each with their name in it."""
    said = f"what about {user}? " * 30
    exchange = Exchange(said, user, (said,), (said,), (said,))
    reply = Reply("answer", said, suggestions=(said,), exchange=exchange)
    await Conversations(engine).add(Message(user, f"here-{user}", said, id=f"m-{user}"), reply)
    await Profiles(engine).learn(user, [Clause(said, user, "has")], private=True)
    await Profiles(engine).keep_guided(user, f"here-{user}", GuidedState((user,), user))
    await Gaps(engine).add(user, said)
    await Feedback(engine).give(user, f"m-{user}", helpful=True)
    address = json.dumps({"token": user})
    await Deliveries(engine).receive(Incoming(f"m-{user}", user, "here", said, address), LIMIT)
    await Usage(engine).spend(user, 10, 2)
    await Library(engine).name()
    typed_path(folder, user).write_text(f"\n# 2026-11-20\n+{said}\n", encoding="utf-8")
