"""Whatever moderators do, and whenever the process dies, what is live is what it should be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.bot.moderation.shelf import State, open_shelf
from tests.victim import Victim

# Set OPERATIONS to 1000 and KILLS to 200 for the whole proof (a few minutes each).
OPERATIONS = int(os.environ.get("OPERATIONS", "60"))
KILLS = int(os.environ.get("KILLS", "12"))
RESTART_EVERY = 20
LATEST_KILL = 0.6


@pytest.mark.timeout(60 + OPERATIONS)
async def test_whatever_is_done_what_is_live_is_what_there_should_be(tmp_path: Path) -> None:
    random = np.random.default_rng(20261121)
    done = set[str]()
    left = OPERATIONS
    while left:
        async with open_shelf(tmp_path) as shelf:
            for _ in range(min(left, RESTART_EVERY)):
                expected: list[State] = [await shelf.state(await shelf.library.live())]

                done.add(await shelf.operate(random, expected.append))

                assert await shelf.state(await shelf.library.live()) == expected[-1]
                assert await shelf.faults() == []
                left -= 1
    assert done == {"add", "remove", "undo", "refresh", "discard"}


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    started = Victim("tests.bot.moderation.killed_curator", tmp_path)
    yield started
    started.close()


@pytest.mark.timeout(60 + 5 * KILLS)
def test_a_kill_while_moderators_change_things_loses_nothing_and_halves_nothing(victim: Victim) -> None:
    moments = np.random.default_rng(20261121)
    changes = 0
    for kill in range(KILLS):
        # One in four dies while it starts, or soon after; the others surely while they change things.
        told = victim.order(kill=moments.uniform(0, LATEST_KILL), seed=kill, opened=kill % 4 > 0)
        seen = victim.order(inspect=True)

        assert seen["status"] == 0, f"kill {kill}: the coach does not start"
        assert seen["told"]["faults"] == [], f"kill {kill}"
        if told["told"]:
            changes += told["count"] - 1
            assert seen["told"]["state"] in (told["told"]["done"], told["told"]["next"]), f"kill {kill}"
    assert changes > KILLS
