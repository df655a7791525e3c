"""Databases to copy from and to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.drafts import draft, embedding_digest, texts_to_embed
from knowledge.guide import Guide
from knowledge.library import Library
from knowledge.sources import AddedSource, Sources
from tests.databases import Databases
from tests.lives import live_as

Live = Callable[[AsyncEngine, str], Awaitable[None]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database with every table, on each engine."""
    if request.param == "sqlite":
        opened = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'target.db'}")
    else:
        databases: Databases = request.getfixturevalue("databases")
        opened = create_engine(await databases.empty())
    await upgrade(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
def live(tmp_path: Path, make_guide: Callable[..., Guide]) -> Live:
    """Let somebody leave something in every table of an engine, the library's as well."""

    async def leave(engine: AsyncEngine, user: str) -> None:
        await live_as(engine, tmp_path, user)
        library = Library(engine)
        item = draft(make_guide("maths", f"What {user} knows.\0", asks=("Why?",)))
        vectors = {
            embedding_digest(chunk): np.random.default_rng(1).random(
                (len(texts_to_embed(chunk)), 8), np.float32
            )
            for chunk in item.chunks
        }
        await library.keep_vectors("model", vectors)
        await library.write([item])
        now = datetime.now(UTC)
        source = AddedSource("maths", "text", user, item.version_id, "1", user, added_at=now, read_at=now)
        await Sources(engine).keep([source])
        await library.publish([item.version_id], model="model", actor=user, note="", withdrawn=["pay"])

    return leave
