"""What it means when the database fails: said in a plain sentence, without a secret in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from knowledge.errors import CoachError

_log = logging.getLogger(__name__)

_AWAY = (
    "I can't get at my notes just now, so I could not take that in. Please try again in a minute; "
    "if it goes on, tell whoever runs me that the database cannot be reached."
)
_FULL = (
    "There is no room left to keep anything, so I could not take that in. "
    "Please tell whoever runs me that the disk of the database is full."
)
# PostgreSQL's class of errors for what has run out: https://www.postgresql.org/docs/current/errcodes-appendix.html
_DISK_FULL = "53100"
# These are mistakes of the statement's, whatever state the database is in.
_MISTAKES = (IntegrityError, ProgrammingError, DataError)


class StorageError(CoachError):
    """The database cannot be reached, or not be written.

    Its text is for whoever talks with the coach; `reason` is for whoever runs it. Nothing that the
    failed transaction wrote is kept.
    """

    def __init__(self, reason: str, text: str = _AWAY) -> None:
        super().__init__(text)
        self.reason = reason


@contextmanager
def plain_outages() -> Iterator[None]:
    """Turn an outage of the database into a StorageError, and log it; mistakes stay what they are."""
    try:
        yield
    except StorageError as error:
        _log.error("The database cannot be used: %s", error.reason)
        raise
    except _MISTAKES:
        raise
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        outage = _outage(error)
        # The error's own text may hold what people wrote; its kind does not.
        _log.error("The database cannot be used: %s", outage.reason)
        raise outage from error


def _outage(error: DBAPIError | PoolTimeoutError | OSError) -> StorageError:
    if isinstance(error, PoolTimeoutError):
        return StorageError("too many wait for a connection")
    if isinstance(error, OSError):
        return StorageError(f"the connection was lost ({type(error).__name__})")
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if name in {"SQLITE_FULL", _DISK_FULL}:
        return StorageError("the disk is full", _FULL)
    return StorageError(f"the database reports {name or type(cause).__name__}")
