"""The figures that the coach counts while it runs, for Prometheus."""

from __future__ import annotations

import asyncio
import time
from typing import get_args

from prometheus_client import Counter, Gauge, Histogram

from bot.reply import Kind

STEPS = ("rewrite", "search", "judge", "write", "compose")
WHOLE = "whole"
_LOOK_SECONDS = 0.25

TURNS = Counter(
    "coach_turns", "Turns answered, by the kind of the reply; refusal is what no guide covers.", ["kind"]
)
SECONDS = Histogram(
    "coach_step_seconds",
    "Seconds that the steps of an answer took, and the whole turn without waiting in the queue.",
    ["step"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
GAPS = Counter("coach_gaps", "Gaps noted: questions that a guide could be written for.")
FAULTS = Counter("coach_faults", "Faults, by what they mean.", ["kind"])
QUEUE = Gauge("coach_queue", "Messages that are being answered or wait for their turn.")
LAG = Histogram(
    "coach_loop_lag_seconds",
    "How late the event loop came back to what was due.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)

# What has not happened yet is shown as 0.
for _kind in get_args(Kind):
    TURNS.labels(_kind)
for _step in (*STEPS, WHOLE):
    SECONDS.labels(_step)


async def watch_loop() -> None:
    """Measure, until cancelled, how late the event loop is."""
    while True:
        due = time.perf_counter() + _LOOK_SECONDS
        await asyncio.sleep(_LOOK_SECONDS)
        LAG.observe(max(0.0, time.perf_counter() - due))
