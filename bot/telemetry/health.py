"""Looks at whether something works, and says in a sentence what was seen or how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from knowledge.errors import CoachError

# Whoever asks gives up soon, and what hangs is not well.
_SECONDS = 3

# Says what was seen; raises what is wrong.
Look = Callable[[], Awaitable[str]]


class NotWellError(CoachError):
    """Something does not work; the text says what, and how to mend it where that is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: whether it is well, what was seen, and how to mend it."""

    what: str
    well: bool
    seen: str


async def examine(what: str, look: Look) -> Finding:
    """Look, as long as it takes, and return what was found."""
    try:
        return Finding(what, well=True, seen=await look())
    except CoachError as error:
        return Finding(what, well=False, seen=str(error))


async def examine_soon(looks: Mapping[str, Look]) -> list[Finding]:
    """Look at everything at once, for a few seconds at most, whatever goes wrong."""
    return list(await asyncio.gather(*(examine(what, _soon(look)) for what, look in looks.items())))


def _soon(look: Look) -> Look:
    async def bounded() -> str:
        try:
            return await asyncio.wait_for(look(), _SECONDS)
        except TimeoutError:
            raise NotWellError(f"It does not answer within {_SECONDS} seconds.") from None
        except CoachError:
            raise
        except Exception as error:  # whatever it is: the reason belongs into what is shown
            raise NotWellError(f"It does not work ({type(error).__name__}).") from error

    return bounded
