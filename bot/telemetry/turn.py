"""The id of the turn under way, so that all that is said of one turn can be found together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("turn", default="")


def current_turn() -> str:
    """Return the id of the turn under way, or nothing between turns."""
    return _current.get()


@contextmanager
def turn() -> Iterator[str]:
    """Be in a turn: the one that is under way in this task, or a new one. Yields its id."""
    if known := _current.get():
        yield known
        return
    token = _current.set(secrets.token_hex(4))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
