"""The coach on the part of the golden set that no tuning has looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.evaluation.golden import load_golden
from bot.evaluation.measure import Measured, measure
from bot.evaluation.report import BARS, Bar


@pytest.fixture(scope="session")
async def measured(app: App) -> Measured:
    return await measure(app, load_golden(Path(__file__).parent, "aside"))


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.name)
def test_the_bar_is_reached(measured: Measured, bar: Bar) -> None:
    assert bar.reached_by(measured.coach), "\n\n".join((str(measured.coach), *measured.misses))
