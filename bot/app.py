"""The composition root: opens every part once, and closes it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.coach import Coach
from bot.coach.hearing import Hearing
from bot.coach.intents import Intents
from bot.coach.skills.ask import Ask
from bot.coach.skills.smalltalk import SmallTalk
from bot.config import Settings
from bot.memory.conversations import Conversations
from bot.memory.gaps import Gaps
from bot.memory.usage import Usage
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.errors import CoachError
from knowledge.guide import Guide
from knowledge.library import Library
from knowledge.loaders.markdown import read_guides
from knowledge.roles import load_roles
from retrieval.chain import AnswerChain
from retrieval.check import Checker
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.judge import load_judge
from retrieval.model import ChatModel, open_chat
from retrieval.refresh import Progress, Refresh, ignore_progress
from retrieval.restate import Restater
from retrieval.rewrite import Rewriter
from retrieval.search import HybridRetriever, Searcher
from retrieval.verify import Verifier
from retrieval.wording import Wording
from retrieval.write import Writer

if TYPE_CHECKING:
    from chromadb.api.client import Client


class DataError(CoachError):
    """The data folder or the database cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything that is open while the coach runs."""

    settings: Settings
    library: Library
    embeddings: SentenceEmbeddings
    searcher: Searcher
    refresh: Refresh
    chain: AnswerChain
    coach: Coach
    gaps: Gaps

    @property
    def guides(self) -> list[Guide]:
        """The guides as they lie in their folder."""
        return read_guides(self.settings.guides_dir)

    def retriever(self, k: int) -> HybridRetriever:
        """Return the search as a LangChain retriever of `k` documents."""
        return HybridRetriever(searcher=self.searcher, embeddings=self.embeddings, k=k)


@asynccontextmanager
async def open_library(settings: Settings) -> AsyncIterator[tuple[AsyncEngine, Library]]:
    """Open the database alone, brought up to date; enough for what only reads the library."""
    _make_folder(settings.data_dir)
    engine = create_engine(settings.database)
    try:
        await upgrade(engine)
    except (SQLAlchemyError, OSError) as error:
        await engine.dispose()
        raise DataError(
            f"The database cannot be opened ({type(error).__name__}). "
            "Check COACH_DATABASE_URL, or COACH_DATA_DIR and whether its folder can be written."
        ) from error
    try:
        yield engine, Library(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_app(settings: Settings, progress: Progress = ignore_progress) -> AsyncIterator[App]:
    """Open every part; when the library has nothing for this model yet, fill it first.

    Raises:
        CoachError: a part cannot be opened, or another process uses the data folder.

    """
    _make_folder(settings.data_dir)
    with only_writer(settings.data_dir):
        async with open_library(settings) as (engine, library):
            # Neither needs the other, and each takes a second or two.
            embeddings, wording = await asyncio.gather(
                asyncio.to_thread(
                    SentenceEmbeddings.load, settings.embedding_model, threads=settings.threads
                ),
                asyncio.to_thread(Wording.load),
            )
            client = cast("Client", await asyncio.to_thread(open_client, settings.index_path))
            try:
                yield await _assemble(settings, engine, library, client, embeddings, wording, progress)
            finally:
                embeddings.close()
                client.close()


async def _assemble(  # noqa: PLR0913, PLR0917 - the composition root is handed every part
    settings: Settings,
    engine: AsyncEngine,
    library: Library,
    client: Client,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    progress: Progress,
) -> App:
    index = await asyncio.to_thread(VectorIndex, client, embeddings.fingerprint)
    searcher = Searcher(library, index, embeddings.fingerprint)
    refresh = Refresh(library, embeddings, searcher)
    if not await searcher.open():
        plan = await refresh.plan(read_guides(settings.guides_dir))
        await refresh.apply(plan, actor="first use", note="the shipped guides", progress=progress)
    async for _, text in library.texts(await library.live()):
        wording.learn(text)
    judge = await load_judge(library, embeddings, wording, searcher.words)
    roles = load_roles()
    reader = Reader(wording, roles)
    checker = Checker.load(Verifier(embeddings, reader), reader)
    model = _chat_model(settings, Usage(engine))
    chain = AnswerChain(
        Rewriter(wording, roles),
        roles,
        embeddings,
        searcher,
        judge,
        Writer(model, checker) if model else None,
        Restater(model) if model else None,
    )
    gaps = Gaps(engine)
    smalltalk = SmallTalk.load()
    coach = Coach(
        Hearing(wording),
        Intents(smalltalk),
        {"smalltalk": smalltalk, "ask": Ask(chain, gaps)},
        Conversations(engine),
    )
    return App(settings, library, embeddings, searcher, refresh, chain, coach, gaps)


def _chat_model(settings: Settings, usage: Usage) -> ChatModel | None:
    """Open the chat model, if one is configured."""
    if not settings.chat_model:
        return None
    chat = open_chat(
        settings.chat_model,
        key=settings.chat_key.get_secret_value(),
        url=settings.chat_url,
        timeout=settings.chat_deadline,
    )
    budget = usage.budget(settings.chat_user_tokens, settings.chat_day_tokens)
    return ChatModel(chat, budget, settings.chat_deadline)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The data folder “{path}” cannot be made ({error.strerror}). Set COACH_DATA_DIR to another."
        ) from error


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
