"""Says what is configured and reachable, and how to mend what is not."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from rich.console import Console
from rich.table import Table

from bot.config import Settings, load_settings
from bot.memory.usage import Usage
from bot.migrations.upgrade import step
from bot.storage.opening import DataError, open_index, open_library, own_folder
from bot.telemetry.health import examine as look_at
from bot.telemetry.server import ask_readiness
from knowledge.drafts import draft
from knowledge.loaders.markdown import read_guides
from retrieval.embeddings import locate
from retrieval.index import VectorIndex
from retrieval.model import open_chat

_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{27,}")


async def examine() -> None:
    """Look at everything and print a table.

    Raises:
        CoachError: a setting cannot be used, so that nothing further can be looked at.

    """
    settings = load_settings()
    looks: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "data folder": _data_folder,
        "database": _database,
        "guides": _guides,
        "embedding model": _model,
        "library": _library,
        "index": _index,
        "Discord": _discord,
    }
    if settings.chat_model:
        looks["chat model"] = _chat_model
    running = await ask_readiness(settings.metrics_host, settings.metrics_port)
    if running:
        # It has the data folder to itself, and looks into it for us.
        del looks["data folder"], looks["index"]
    findings = [await look_at(what, partial(look, settings)) for what, look in looks.items()]
    findings += [replace(finding, what=f"running bot: {finding.what}") for finding in running]
    table = Table("", "state", "what was found")
    for finding in findings:
        table.add_row(finding.what, "well" if finding.well else "to mend", finding.seen)
    Console().print(table)
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


async def _data_folder(settings: Settings) -> str:
    with own_folder(settings):
        return f"{settings.data_dir.resolve()}, free to write"


async def _database(settings: Settings) -> str:
    async with open_library(settings) as (engine, _):
        where = engine.url
        if where.get_backend_name() == "sqlite":
            place = f"SQLite, {where.database}"
        else:
            place = f"PostgreSQL, {where.database} at {where.host or 'its default place'}"
        return f"{place}, reached; tables at step {await step(engine)}"


async def _guides(settings: Settings) -> str:
    guides = read_guides(settings.guides_dir)
    sections = sum(len(guide.sections) for guide in guides)
    return f"{len(guides)} guides with {sections} sections in {settings.guides_dir}"


async def _model(settings: Settings) -> str:
    if importlib.util.find_spec("torch") is None:
        raise DataError("torch is not installed. Run: make setup")
    _, fingerprint = await asyncio.to_thread(locate, settings.embedding_model)
    return f"{settings.embedding_model}, {'weights as pinned' if fingerprint else 'not pinned'}"


async def _library(settings: Settings) -> str:
    guides = read_guides(settings.guides_dir)
    async with open_library(settings) as (_, library):
        live = await library.live()
    if not live.id:
        return "empty; it is filled at the first question, or by: career-coach kb refresh"
    wanted = {guide.id: draft(guide).version_id for guide in guides}
    changed = len(wanted.items() ^ dict(live.versions).items())
    if changed:
        raise DataError("The guides' folder has changed since. Run: career-coach kb refresh")
    return f"edition {live.id} with {len(live.versions)} guides, as in the guides' folder"


async def _index(settings: Settings) -> str:
    async with open_library(settings) as (_, library):
        live = await library.live()
        wanted = {text.id async for text in library.texts(live)}
        shared_by = await library.name() if settings.chroma_url else ""
    if not live.id:
        return "empty, like the library"
    async with open_index(settings) as client:
        index = await asyncio.to_thread(VectorIndex, client, live.model, shared_by)
        indexed = await asyncio.to_thread(index.chunk_ids)
    missing = len(wanted - indexed)
    if missing:
        raise DataError(f"{missing} chunks are missing. The next start of the coach mends it.")
    return f"{len(wanted)} chunks, all there"


async def _discord(settings: Settings) -> str:
    if settings.discord_token is None:
        return "DISCORD_TOKEN is not set; only career-coach bot needs it"
    if not _TOKEN.fullmatch(settings.discord_token.get_secret_value()):
        raise DataError(
            "DISCORD_TOKEN does not look like a bot's token, which is three parts with dots between. "
            "Copy it from the Bot page of your application, not from OAuth2."
        )
    return "DISCORD_TOKEN is set and looks like a token; career-coach bot tries it"


async def _chat_model(settings: Settings) -> str:
    key = settings.chat_key.get_secret_value()
    await asyncio.to_thread(
        open_chat, settings.chat_model, key=key, url=settings.chat_url, timeout=settings.chat_deadline
    )
    async with open_library(settings) as (engine, _):
        used = await Usage(engine).today()
    limit = f" of {settings.chat_day_tokens:,}" if settings.chat_day_tokens else ""
    return f"{settings.chat_model}, can be opened; {used:,}{limit} tokens used today"
