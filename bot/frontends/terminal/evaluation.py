"""The evaluation on the command line."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from bot.app import open_app
from bot.config import Settings
from bot.evaluation.golden import Part, load_golden
from bot.evaluation.measure import measure
from bot.evaluation.report import table
from bot.frontends.terminal.progress import encoding_bar
from bot.wire import to_line


async def evaluate(settings: Settings, golden: Path, part: Part, *, misses: bool, as_json: bool) -> None:
    """Measure on a part of the golden set and print one table."""
    questions = load_golden(golden, part)
    # A library of its own: the figures must not depend on what has been asked before, and
    # what is asked here must not be remembered as anybody's.
    with tempfile.TemporaryDirectory() as folder, encoding_bar() as progress:
        async with open_app(settings.model_copy(update={"data_dir": Path(folder)}), progress) as app:
            measured = await measure(app, questions)
    if as_json:
        print(to_line({"coach": asdict(measured.coach), "plain": asdict(measured.plain)}))
        return
    if misses:
        print("\n\n".join(measured.misses), end="\n\n")
    Console().print(table(measured, f"Golden set, part: {part}"))
