"""Whether the coach can serve people: the parts without which no answer comes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.telemetry.health import Look, NotWellError
from knowledge.library import Library
from knowledge.outages import StorageError
from retrieval.search import Searcher


def parts_to_look_at(library: Library, searcher: Searcher) -> Mapping[str, Look]:
    """Return what to look at: the library in its database, and the index."""

    async def look_at_library() -> str:
        try:
            live = await library.live()
        except StorageError as error:
            raise NotWellError(
                f"The database cannot be reached ({error.reason}). Is it running, and has its disk room?"
            ) from error
        if not live.versions:
            raise NotWellError("The library is empty. Run: career-coach kb refresh")
        return f"edition {live.id} with {len(live.versions)} guides"

    async def look_at_index() -> str:
        rows = await searcher.indexed()
        if not rows:
            raise NotWellError("The index is empty. Start the coach again: it is made anew from the library.")
        return f"{rows} rows"

    return {"library": look_at_library, "index": look_at_index}
