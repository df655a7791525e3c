"""The evaluation as a table, with the bars to reach."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich.table import Table

from bot.evaluation.measure import Measured, Scores


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that a score must reach."""

    name: str
    title: str
    sign: Literal["≥", "≤"]
    bound: float

    def reached_by(self, scores: Scores) -> bool:
        """Whether the scores reach it."""
        compare: Callable[[float, float], bool] = operator.ge if self.sign == "≥" else operator.le
        value: float = getattr(scores, self.name)
        return compare(value, self.bound)


BARS = (
    Bar("facts", "facts in the answer", "≥", 0.95),
    Bar("words", "words, median", "≤", 120),
    Bar("hit_at_4", "retrieval hit@4", "≥", 0.98),
    Bar("unanswerable_refused", "unanswerable refused", "≥", 0.95),
    Bar("answerable_refused", "answerable refused", "≤", 0.03),
    Bar("follow_ups_right", "follow-ups right", "≥", 0.95),
    Bar("quotes_verbatim", "quotes verbatim", "≥", 1.0),
)
_WITHOUT_BAR = (
    ("facts_at_4", "facts in the first 4 passages"),
    ("near_misses_refused", "near misses refused"),
)


def table(measured: Measured, title: str) -> Table:
    """Lay the scores out beside the plain pipeline's."""
    shown = Table(title=title)
    for heading in ("", "coach", "plain pipeline", "bar"):
        shown.add_column(heading, justify="left" if not heading else "right")
    for bar in BARS:
        verdict = "reached" if bar.reached_by(measured.coach) else "missed"
        shown.add_row(bar.title, *_cells(measured, bar.name), f"{bar.sign} {bar.bound:g} {verdict}")
    for name, heading in _WITHOUT_BAR:
        shown.add_row(heading, *_cells(measured, name), "")
    return shown


def _cells(measured: Measured, name: str) -> tuple[str, str]:
    return _cell(getattr(measured.coach, name)), _cell(getattr(measured.plain, name))


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if value <= 1 else f"{value:.0f}"
