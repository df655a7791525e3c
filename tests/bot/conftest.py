"""What the tests of the bot share: people of their own, and a data folder that is filled already."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import App
from bot.coach.manner import Manner
from bot.config import Settings
from bot.memory.conversations import Conversations
from knowledge.database import create_engine
from knowledge.loaders.markdown import read_guides
from knowledge.roles import load_roles
from retrieval.judge import load_aspects
from retrieval.wording import Wording


@pytest.fixture
def user() -> str:
    """Somebody who has never said anything."""
    return f"user-{uuid.uuid4()}"


@pytest.fixture(scope="session")
def manner(wording: Wording) -> Manner:
    """What tells statements from questions, knowing the shipped guides'."""
    asks = (ask for guide in read_guides(Settings().guides_dir) for s in guide.sections for ask in s.asks)
    examples = (example for aspect in load_aspects() for example in aspect.examples)
    return Manner.load(wording, load_roles(), [*map(wording.read, (*asks, *examples))])


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
