from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.history import History
from knowledge.library import Library
from knowledge.loaders.document import Provenance
from knowledge.sources import AddedSource, Sources

pytestmark = pytest.mark.engines("sqlite", "postgresql")

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = AddedSource(
    guide_id="pay",
    kind="url",
    origin="https://example.org/pay",
    version_id="pay@1",
    content_hash="1",
    added_by="ada",
    added_at=NOON,
    read_at=NOON,
    provenance=Provenance(title="“Pay”", author="A. Tester"),
)


async def test_a_source_comes_back_as_it_was_kept_and_the_latest_counts(engine: AsyncEngine) -> None:
    sources = Sources(engine)
    await sources.keep([PAGE])
    assert await sources.all() == {"pay": PAGE}

    failed = PAGE.failed("gone")
    await sources.keep([failed])
    await sources.keep([])

    assert await sources.all() == {"pay": failed}


async def test_editions_are_on_record_newest_first_with_their_time(engine: AsyncEngine) -> None:
    library, began = Library(engine), datetime.now(UTC)
    for note in ("first", "second", "third"):
        await library.publish([], model="model", actor="ada", note=note)

    entries = await History(engine).latest(2)

    assert [(entry.edition, entry.note) for entry in entries] == [(3, "third"), (2, "second")]
    assert all(began <= entry.created_at <= datetime.now(UTC) for entry in entries)
