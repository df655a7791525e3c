"""What the tests of the bot share: people of their own, and a data folder that is filled already."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

from bot.app import App
from bot.coach.intents import Intent, Intents
from bot.coach.manner import Manner
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Conversations, Turn
from knowledge.database import create_engine
from knowledge.roles import load_roles
from retrieval.wording import Wording


class HeardAs(Protocol):
    """Names the skill that answers a text."""

    async def __call__(self, text: str, *, learnt: bool = False, turns: Sequence[Turn] = ()) -> Intent:
        """Name it for a text said after these turns."""
        ...


@pytest.fixture
def user() -> str:
    """Somebody who has never said anything."""
    return f"user-{uuid.uuid4()}"


@pytest.fixture(scope="session")
async def manner(app: App) -> Manner:
    """What tells by examples how a message is put, knowing what the shipped guides are asked."""
    return await Manner.open(app.wording, load_roles(), app.embeddings, app.library, app.searcher.field)


@pytest.fixture(scope="session")
def intents(wording: Wording, manner: Manner) -> Intents:
    """What names the skill for a message."""
    return Intents(SmallTalk.load(), wording, load_roles(), manner)


@pytest.fixture(scope="session")
def heard_as(intents: Intents) -> HeardAs:
    """Name the skill that answers a text."""

    async def name(text: str, *, learnt: bool = False, turns: Sequence[Turn] = ()) -> Intent:
        return intents.of(await intents.read(text), learnt=learnt, turns=turns)

    return name


@pytest.fixture(scope="session")
async def conversations(app: App) -> AsyncIterator[Conversations]:
    """What the app has been told, read past the app."""
    engine = create_engine(app.settings.database)
    yield Conversations(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def fill(app: App) -> Callable[[Path], Path]:
    """Put the app's library, without anybody's words, into a folder.

    Its index is made anew from it at the first start, without encoding.
    """

    def copy(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            closing(sqlite3.connect(app.settings.data_dir / "coach.db")) as source,
            closing(sqlite3.connect(folder / "coach.db")) as target,
        ):
            source.backup(target)
            for table in ("turns", "gaps", "facts", "guided", "duties"):
                target.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
            target.commit()
        return folder

    return copy
