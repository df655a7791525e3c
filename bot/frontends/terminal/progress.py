"""A progress bar for encoding, on standard error, so that output can be piped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from retrieval.refresh import Progress as Report


@contextmanager
def encoding_bar() -> Iterator[Report]:
    """Show a bar from the first report that there is something to encode."""
    bar = Progress(
        TextColumn("Reading the guides"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("encode", total=None)

    def report(done: int, total: int) -> None:
        if total:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        # Stopping a bar that never began writes an empty line.
        if bar.live.is_started:
            bar.stop()
