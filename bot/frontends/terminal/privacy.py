"""What is kept of a person, handed over or deleted on their behalf."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.prompt import Confirm

from bot.coach.skills.privacy import NOT_DELETED, deleted, export_document, sure
from bot.config import Settings
from bot.memory.people import People
from bot.storage.opening import open_library, own_folder


async def export(settings: Settings, user: str) -> None:
    """Print everything that is kept of a person, as JSON."""
    async with open_library(settings) as (engine, _):
        print(export_document(await People(engine, settings.data_dir).export(user)).text)


async def delete(settings: Settings, user: str, *, yes: bool) -> None:
    """Delete everything that is kept of a person and say what it was; ask first unless `yes`.

    Raises:
        CoachError: the coach is running, and might keep something of them meanwhile.

    """
    async with open_library(settings) as (engine, _):
        with own_folder(settings):
            people = People(engine, settings.data_dir)
            kept = await people.count(user)
            if kept and not yes:
                print(sure(kept), end="\n\n")
                yes = sys.stdin.isatty() and Confirm.ask(
                    "Delete it?", console=Console(stderr=True), default=False
                )
            print(deleted(await people.erase(user)) if yes or not kept else NOT_DELETED)
