"""The refresh that nobody has to think of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.moderation.curator import Curator
from bot.moderation.proposal import Proposal
from knowledge.errors import CoachError

_log = logging.getLogger(__name__)
_SECONDS_AN_HOUR = 3600
ACTOR = "schedule"


async def refresh_regularly(
    curator: Curator, hours: int, tell: Callable[[Proposal], Awaitable[None]]
) -> None:
    """Refresh every so many hours until cancelled, and `tell` what changed or could not be read."""
    while True:
        await asyncio.sleep(hours * _SECONDS_AN_HOUR)
        try:
            proposal = await curator.propose_refresh(actor=ACTOR)
            await curator.apply(proposal, actor=ACTOR)
            if proposal.plan.changes or proposal.troubles:
                await tell(proposal)
        except CoachError as error:  # the next time may go better; the library is as it was
            _log.warning("The regular refresh went wrong: %s", error)
