"""Items → guides: fetched, read in the sandbox, cleaned, and put under an id of their own."""

from __future__ import annotations

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from urllib.parse import urlsplit

from bot.moderation.items import Item
from bot.moderation.proposal import Trouble
from knowledge.drafts import draft
from knowledge.errors import CoachError
from knowledge.fetching import Fetcher
from knowledge.guide import Guide
from knowledge.loaders.document import Provenance
from knowledge.loaders.markdown import ASKS_ENDING, with_asks
from knowledge.loaders.sandbox import Sandbox
from knowledge.loaders.sections import guide_of
from knowledge.sources import AddedSource
from retrieval.refresh import Progress, ignore_progress

_FETCHED_AT_ONCE = 8
_MOST_SLUG = 48


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an item: its guide, None where nothing has changed, and its source."""

    guide: Guide | None
    source: AddedSource


class Intake:
    """Reads what is handed in, and reads it again."""

    def __init__(self, fetcher: Fetcher, sandbox: Sandbox) -> None:
        """Fetch and read with these."""
        self._fetcher = fetcher
        self._sandbox = sandbox

    async def take(
        self,
        items: Sequence[Item],
        known: Mapping[str, AddedSource],
        live: Mapping[str, str],
        actor: str,
        progress: Progress = ignore_progress,
    ) -> tuple[list[Taken], list[Trouble]]:
        """Read items; `known` are the sources by guide, `live` the versions people see, by guide."""
        registered = {source.origin: source for source in known.values()}
        at_once = asyncio.Semaphore(_FETCHED_AT_ONCE)
        done = 0

        async def one(item: Item) -> Taken | Trouble:
            nonlocal done
            before = registered.get(item.origin)
            async with at_once:
                try:
                    return await self._take(item, before, live, actor)
                except CoachError as error:
                    kept = before is not None and before.guide_id in live
                    return Trouble(item.origin, str(error), kept=kept)
                finally:
                    done += 1
                    progress(done, len(items))

        results = await asyncio.gather(*(one(item) for item in items))
        taken = [result for result in results if isinstance(result, Taken)]
        return taken, [result for result in results if isinstance(result, Trouble)]

    async def _take(
        self, item: Item, before: AddedSource | None, live: Mapping[str, str], actor: str
    ) -> Taken:
        # What was read last only counts while it is what people see; an undo may have changed that.
        current = before if before and live.get(before.guide_id) == before.version_id else None
        data, content_type, etag, modified, url = item.data, "", "", "", ""
        if item.kind == "url":
            page = await self._fetcher.fetch(
                item.origin,
                etag=current.etag if current else "",
                last_modified=current.last_modified if current else "",
            )
            if page.data is None and current:
                return Taken(None, replace(current, error="", read_at=datetime.now(UTC)))
            data, content_type, url = page.data or b"", page.content_type, page.url
            etag, modified = page.etag, page.last_modified
        said = item.provenance.completed_by(before.provenance if before else Provenance())
        digest = hashlib.sha256(data + repr(said).encode() + item.asks.encode()).hexdigest()
        now = datetime.now(UTC)
        if current and current.content_hash == digest:
            fresh = replace(current, error="", read_at=now, etag=etag, last_modified=modified)
            return Taken(None, fresh)
        document = await self._sandbox.read(data, name=_file_name(item), content_type=content_type)
        found = said.completed_by(document.provenance).completed_by(Provenance(url=url))
        document = replace(document, provenance=found)
        name = _title_of(item)
        guide_id = before.guide_id if before else _guide_id(found.title or name, item.origin)
        added_at = before.added_at if before else now
        guide = guide_of(document, guide_id=guide_id, name=name, updated=added_at.date())
        if item.asks:
            guide = with_asks(guide, item.asks, f"{PurePath(item.origin).stem}{ASKS_ENDING}")
        if before and draft(guide).version_id != before.version_id and not document.updated:
            guide = replace(guide, updated=now.date())
        source = AddedSource(
            guide_id=guide_id,
            kind=item.kind,
            origin=item.origin,
            version_id=draft(guide).version_id,
            content_hash=digest,
            added_by=before.added_by if before else actor,
            added_at=added_at,
            read_at=now,
            etag=etag,
            last_modified=modified,
            provenance=said,
        )
        return Taken(guide, source)


def _file_name(item: Item) -> str:
    return (
        PurePath(urlsplit(item.origin).path).name
        if item.kind == "url"
        else item.origin
        if item.kind == "file"
        else ""
    )


def _title_of(item: Item) -> str:
    if item.kind == "url":
        return urlsplit(item.origin).hostname or item.origin
    stem = PurePath(item.origin).stem if item.kind == "file" else item.origin
    return re.sub(r"[_-]+", " ", stem).strip() or "Document"


def _guide_id(title: str, origin: str) -> str:
    """Name a guide by its title and, as two may have the same, by where it comes from."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")[:_MOST_SLUG].strip("-")
    return f"{slug or 'guide'}-{hashlib.sha256(origin.encode()).hexdigest()[:6]}"
