"""Every process sees what any of them has made live, a moment later."""

from __future__ import annotations

import asyncio
import logging

from retrieval.search import Searcher

_log = logging.getLogger(__name__)
# Between looks, each of which is one small query.
_LOOK_SECONDS = 2


async def follow_live(searcher: Searcher) -> None:
    """Have the searcher follow the live edition, until cancelled."""
    while True:
        try:
            if await searcher.catch_up():
                _log.info("another process has changed the library; searching its new version")
        except Exception as error:  # noqa: BLE001 - the version before serves until database and index are back
            _log.warning("the library's new version cannot be read yet: %s", type(error).__name__)
        await asyncio.sleep(_LOOK_SECONDS)
