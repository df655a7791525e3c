#!/usr/bin/env python
"""Draws the README's picture: a conversation with the real coach, as a terminal shows it.

Run it with `make docs`, or alone: .venv/bin/python docs/make_pictures.py
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

from bot.app import open_app
from bot.config import Settings
from bot.frontends.terminal import render
from bot.reply import Message

PICTURE = Path(__file__).parent / "conversation.svg"
# An answer, a follow-up that only makes sense after it, and a question no guide answers.
CONVERSATION = (
    "what does a data scientist do?",
    "and for research scientists?",
    "what do they earn?",
)
# Rich would have every reader's browser fetch its font from elsewhere.
_FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def converse(data_dir: Path, console: Console) -> None:
    """Hold the conversation and print it as the chat does."""
    async with open_app(Settings(data_dir=data_dir)) as app:
        for said in CONVERSATION:
            console.print(f"\n[bold]{render.PROMPT}{said}[/bold]")
            console.print(render.reply_on_screen(await app.coach.reply(Message("ada", "picture", said))))


def main() -> None:
    """Draw the picture."""
    console = Console(
        record=True, width=render.WIDTH, file=io.StringIO(), force_terminal=True, highlight=False
    )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(converse(Path(folder), console))
    drawing = console.export_svg(title="career-coach chat", unique_id="conversation")
    PICTURE.write_text(_FETCHED_FONT.sub("", drawing), encoding="utf-8")
    print(f"{PICTURE} is drawn.")


if __name__ == "__main__":
    main()
