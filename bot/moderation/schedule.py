"""The refresh that nobody has to think of."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.fleet.duties import Duty
from bot.moderation.curator import Curator
from bot.moderation.proposal import Proposal
from knowledge.errors import CoachError

_log = logging.getLogger(__name__)
ACTOR = "schedule"


def refresh_duty(curator: Curator, hours: int, tell: Callable[[Proposal], Awaitable[None]]) -> Duty:
    """Make it a duty to refresh every so many hours, and to `tell` what changed or could not be read."""

    async def refresh() -> None:
        try:
            proposal = await curator.propose_refresh(actor=ACTOR)
            await curator.apply(proposal, actor=ACTOR)
            if proposal.plan.changes or proposal.troubles:
                await tell(proposal)
        except CoachError as error:  # the next time may go better; the library is as it was
            _log.warning("The regular refresh went wrong: %s", error)

    return Duty("the regular refresh", timedelta(hours=hours), refresh)
