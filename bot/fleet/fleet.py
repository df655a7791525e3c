"""What one process needs to work beside others of the same bot."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.duties import Duties
from bot.fleet.leases import Leases

# Changes to the library, and to the index that is made from it, are made by one process at a time.
_LIBRARY = "library"
# As long as a large document may take to be encoded.
_PATIENCE = timedelta(minutes=2)
_BUSY = (
    "Another process is changing the knowledge base at the moment. Nothing was changed here; "
    "please try again in a few minutes."
)

# Opens a context in which this process alone writes to the library and its index.
Alone = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The leases and duties of all processes that share a database."""

    leases: Leases
    duties: Duties
    # A file is one process's own, by its lock: on a starved machine a lease there is late, never another's.
    shared: bool

    @classmethod
    def of(cls, engine: AsyncEngine) -> Fleet:
        """Join the processes of this database."""
        leases = Leases(engine)
        return cls(leases, Duties(engine, leases), shared=engine.dialect.name != "sqlite")

    def curating(self) -> AbstractAsyncContextManager[None]:
        """Let this process alone write to the library and its index.

        Raises:
            TakenError: another process has been at it for minutes, or took over.

        """
        return self.leases.alone(_LIBRARY, patience=_PATIENCE, refusal=_BUSY, through_outages=not self.shared)
