"""What the moderators' side works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.moderation.curator import Curator
from bot.moderation.effects import Effects
from bot.moderation.wishes import Wishes
from knowledge.history import History
from knowledge.library import Library
from knowledge.sources import Sources
from retrieval.answer import Passage


@dataclass(frozen=True, slots=True)
class Moderation:
    """The parts, the `role` that moderates, and the hours between refreshes, 0 for none.

    `home_server` is the id of the server from which it is done; 0 stands for the only one.

    `search` finds at most so many passages for a text.
    """

    curator: Curator
    effects: Effects
    library: Library
    sources: Sources
    history: History
    wishes: Wishes
    search: Callable[[str, int], Awaitable[Sequence[Passage]]]
    role: str = ""
    refresh_hours: int = 0
    home_server: int = 0
