"""Times the steps of the chain as they run, from outside of it."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler

from bot.telemetry import metrics


class StepTimer(AsyncCallbackHandler):
    """Counts how long each step of an answer took, whatever became of it."""

    def __init__(self) -> None:
        """Begin with no step under way."""
        self._under_way: dict[UUID, tuple[str, float]] = {}

    async def on_chain_start(self, *_: Any, run_id: UUID, name: str | None = None, **__: Any) -> None:  # noqa: ANN401
        """Note when a step begins."""
        if name in metrics.STEPS:
            self._under_way[run_id] = name, time.perf_counter()

    async def on_chain_end(self, *_: Any, run_id: UUID, **__: Any) -> None:  # noqa: ANN401
        """Count a step that is done."""
        self._count(run_id)

    async def on_chain_error(self, *_: Any, run_id: UUID, **__: Any) -> None:  # noqa: ANN401
        """Count a step that failed or was given up."""
        self._count(run_id)

    def _count(self, run_id: UUID) -> None:
        if run_id in self._under_way:
            step, began = self._under_way.pop(run_id)
            metrics.SECONDS.labels(step).observe(time.perf_counter() - began)
