"""Opens what the coach keeps: the data folder, the database, the index; each with a word on what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.util import CommandError
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config import Settings
from bot.migrations.upgrade import Upgrade, upgrade
from knowledge.database import create_engine
from knowledge.errors import CoachError
from knowledge.library import Library
from knowledge.outages import StorageError
from retrieval.index import close_client, open_client, open_server

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


class DataError(CoachError):
    """The data folder or the database cannot be used; the text says why and what to do."""


@asynccontextmanager
async def open_library(settings: Settings) -> AsyncIterator[tuple[AsyncEngine, Library]]:
    """Open the database alone, brought up to date; enough for what only reads the library."""
    make_folder(settings.data_dir)
    async with open_database(settings.database) as (engine, _):
        yield engine, Library(engine)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[tuple[AsyncEngine, Upgrade]]:
    """Open a database and bring it up to date; also return from which step to which.

    Raises:
        DataError: it cannot be opened; the text says why, without the URL.

    """
    engine = create_engine(url)
    try:
        try:
            upgraded = await upgrade(engine)
        except CommandError as error:
            raise DataError(
                "The database was last used by a newer career-coach. Update this one, or set COACH_DATA_DIR "
                "to another folder."
            ) from error
        except StorageError as error:
            raise DataError(
                f"The database cannot be opened: {error.reason}. "
                "Check COACH_DATABASE_URL, or COACH_DATA_DIR and whether its folder can be written."
            ) from error
        except SQLAlchemyError as error:
            raise DataError(
                f"The database cannot be brought up to date ({type(error).__name__}). Is it the coach's own?"
            ) from error
        yield engine, upgraded
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_index(settings: Settings) -> AsyncIterator[ClientAPI]:
    """Open the index: on its server, or in the data folder, which is then this process's alone."""
    async with AsyncExitStack() as stack:
        if settings.chroma_url:
            opening = asyncio.to_thread(
                open_server, settings.chroma_url, settings.chroma_token.get_secret_value()
            )
        else:
            stack.enter_context(own_folder(settings))
            opening = asyncio.to_thread(open_client, settings.index_path)
        try:
            client = await opening
        except ValueError as error:
            raise DataError(
                f"The Chroma server at {settings.chroma_url} cannot be reached. Start it (chroma run), or "
                "check COACH_CHROMA_URL; without it the index lies in the data folder."
            ) from error
        stack.callback(close_client, client)
        yield client


def make_folder(path: Path) -> None:
    """Make the data folder, if it is not there.

    Raises:
        DataError: it cannot be made.

    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The data folder “{path}” cannot be made ({error.strerror}). Set COACH_DATA_DIR to another."
        ) from error


def own_folder(settings: Settings) -> AbstractContextManager[None]:
    """Hold the data folder's lock, unless what needs it lies on servers."""
    return nullcontext() if settings.chroma_url else only_writer(settings.data_dir)


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the data folder's lock: two processes writing one index lose vectors.

    The operating system drops the lock with the process, so a kill leaves none behind.
    """
    lock = FileLock(path / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DataError(
            f"Another career-coach is using the data folder “{path}”. "
            "Stop it first, or set COACH_DATA_DIR to a folder of this one's own."
        ) from None
    except OSError as error:
        raise DataError(
            f"The data folder “{path}” cannot be written ({error.strerror}). Set COACH_DATA_DIR to another."
        ) from error
    try:
        yield
    finally:
        lock.release()
