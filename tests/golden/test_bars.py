"""The coach on the part of the golden set that no tuning has looked at.

What went wrong is not shown here: whoever reads it would tune to it. Look at the misses of
the tuning part instead: `career-coach eval --part tune --misses`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.evaluation.golden import load_golden
from bot.evaluation.measure import Measured, measure
from bot.evaluation.report import BARS, Bar

# Not every bar is reached yet; `career-coach eval` says which are missed. Until one is, the
# coach may not fall more than a little below what was measured on 2026-12-01, when almost half of the
# questions here came to be by authors who never saw the project. The last 86 lines that are aside are
# harder than those before: with them hit@4 was 0.963, unanswerable refused 0.929, follow-ups 0.892.
FLOORS = {
    "facts": 0.92,
    "hit_at_4": 0.955,
    "unanswerable_refused": 0.92,
    "follow_ups_right": 0.88,
}


@pytest.fixture(scope="session")
async def measured(app: App) -> Measured:
    return await measure(app, load_golden(Path(__file__).parent, "aside"))


@pytest.mark.parametrize("bar", [bar for bar in BARS if bar.name not in FLOORS], ids=lambda bar: bar.name)
def test_the_bar_is_reached(measured: Measured, bar: Bar) -> None:
    assert bar.reached_by(measured.coach), measured.coach


@pytest.mark.parametrize("bar", [bar for bar in BARS if bar.name in FLOORS], ids=lambda bar: bar.name)
def test_the_floor_is_kept_until_the_bar_is_reached(measured: Measured, bar: Bar) -> None:
    floor = Bar(bar.name, bar.title, bar.sign, FLOORS[bar.name])
    assert floor.reached_by(measured.coach), measured.coach
