"""Parts the tests share: real embeddings, real SQLite, real Chroma; no network."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

# Set before anything imports a Hugging Face library: no test may reach the network.
os.environ["HF_HUB_OFFLINE"] = "1"

import hypothesis
import pytest
from filelock import FileLock
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import App, open_app
from bot.config import Settings
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.guide import Guide, Section, Source
from knowledge.library import Library
from retrieval.embeddings import SentenceEmbeddings
from retrieval.refresh import ignore_progress
from retrieval.wording import Wording
from tests.databases import Databases
from tests.postgresql_server import MissingError, Server, running_server

MIGRATIONS = Path(__file__).parents[1] / "bot" / "migrations" / "versions"


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1"}:
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own environment and `.env` out of the tests."""
    for name in os.environ:
        if name.startswith(("COACH_", "DISCORD_")):
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")


@pytest.fixture(scope="session")
def embeddings() -> Iterator[SentenceEmbeddings]:
    model = SentenceEmbeddings.load()
    yield model
    model.close()


@pytest.fixture(scope="session")
def wording() -> Wording:
    return Wording.load()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server; without one the tests that want it are skipped, or fail where it is required."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except MissingError as error:
            if os.environ.get("REQUIRE_POSTGRESQL"):
                raise
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="session")
def databases(postgresql: Server) -> Databases:
    return Databases(postgresql)


@pytest.fixture
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database of the test's own, with every table: SQLite's, and in storage tests PostgreSQL's, too."""
    if getattr(request, "param", "sqlite") == "sqlite":
        opened = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
        await upgrade(opened)
    else:
        databases: Databases = request.getfixturevalue("databases")
        opened = create_engine(await databases.clean())
    yield opened
    await opened.dispose()


@pytest.fixture
async def served(databases: Databases) -> AsyncIterator[AsyncEngine]:
    """A database on the server that a test may stop and start again."""
    opened = create_engine(await databases.clean())
    yield opened
    await opened.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a storage test on each of its engines."""
    engines = metafunc.definition.get_closest_marker("engines")
    if engines and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines.args, indirect=True)


@pytest.fixture
def library(engine: AsyncEngine) -> Library:
    return Library(engine)


@pytest.fixture(scope="session")
def kept_library(pytestconfig: pytest.Config) -> Path:
    """Where a filled library is kept from run to run; whoever reads or writes it holds the lock beside it.

    Vectors are kept by content, so the next run is spared what has not changed.
    """
    # One for each form of the tables: whoever switches branches goes back as well as forward.
    newest = max(path.stem for path in MIGRATIONS.glob("*.py"))
    return pytestconfig.cache.mkdir("library") / f"{newest}.db"


@pytest.fixture(scope="session")
async def app(tmp_path_factory: pytest.TempPathFactory, kept_library: Path) -> AsyncIterator[App]:
    """The whole coach over the shipped guides; use a user of your own in each test."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    database = settings.data_dir / "coach.db"
    async with AsyncExitStack() as stack:
        # Of two test processes one encodes, the other waits and copies.
        with FileLock(kept_library.with_suffix(".lock")):
            if kept_library.exists():  # noqa: ASYNC240 - nothing else runs yet
                shutil.copy(kept_library, database)
            opened = await stack.enter_async_context(open_app(settings))
            plan = await opened.refresh.plan(opened.guides)
            await opened.refresh.apply(plan, actor="tests", note="", progress=ignore_progress)
            with (
                closing(sqlite3.connect(database)) as source,
                closing(sqlite3.connect(kept_library)) as target,
            ):
                source.backup(target)
        yield opened


@pytest.fixture(scope="session")
def spare_encoding(app: App) -> Callable[[Path], None]:
    """Give the library in a data folder the vectors that the app has, and nothing else.

    A first start fills such a library as it fills any other, but for the minute of encoding.
    """

    def give(data_dir: Path) -> None:
        with closing(sqlite3.connect(data_dir / "coach.db")) as database:
            database.execute("ATTACH ? AS app", (str(app.settings.data_dir / "coach.db"),))
            database.execute("INSERT INTO main.embeddings SELECT * FROM app.embeddings")
            database.commit()

    return give


@pytest.fixture(scope="session")
def make_guide() -> Callable[..., Guide]:
    """Make a guide of an id and its sections' bodies; `asks` are asked of each section."""

    def make(guide_id: str, *bodies: str, asks: tuple[str, ...] = ()) -> Guide:
        source = Source("notes", "Notes", author="A. Tester")
        sections = [Section(f"Part {n}", body, (source,), asks) for n, body in enumerate(bodies, 1)]
        title = f"About {guide_id}"
        return Guide(guide_id, title, "A guide.", date(2026, 1, 2), (source,), tuple(sections))

    return make


# The same examples in every run, on machines fast and slow.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("steady")
