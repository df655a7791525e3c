"""The coach on added documents, asked the questions that no tuning has looked at.

What went wrong is not shown here, as in tests/golden/test_bars.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.config import Settings
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from tests.added.measure import SETS, Figures, load_questions, measure, take_in

ASIDE = tuple(folder for folder in SETS if load_questions(folder, "aside"))


@pytest.fixture(scope="module")
async def bare(app: App, kept_library: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """A coach without guides, which need not encode the project's own texts again."""
    assert app.searcher.field, "the library is kept once it is filled"
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"), guides_dir=tmp_path_factory.mktemp("guides")
    )
    database = settings.data_dir / "coach.db"
    engine = create_engine(f"sqlite+aiosqlite:///{database}")
    await upgrade(engine)
    await engine.dispose()
    with closing(sqlite3.connect(database)) as target:
        target.execute("ATTACH ? AS kept", (str(kept_library),))
        target.execute("INSERT INTO embeddings SELECT * FROM kept.embeddings")
        target.commit()
    async with open_app(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
async def measured(bare: App) -> Mapping[str, Figures]:
    figures = {}
    for folder in ASIDE:
        await take_in(bare, folder)
        figures[folder.name] = await measure(bare, load_questions(folder, "aside"), lambda _: None)
    return figures
