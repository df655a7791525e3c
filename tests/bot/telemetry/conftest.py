from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from bot.telemetry import logs


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Read what is logged to standard error; afterwards logging is as before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # `force` closes the handlers there are, which are pytest's.
    root.handlers[:] = []
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in logs._OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
