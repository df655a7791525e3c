#!/usr/bin/env python
"""Draws the README's picture of the coach in Discord: what the bot really sends, in Discord's look.

The bot talks to the Discord of the tests on this machine. Run it with `make docs`, or alone:
.venv/bin/python -m docs.make_discord_picture
"""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from PIL import Image

from bot.app import open_app
from bot.config import Settings
from bot.frontends.discord.rendering import Action
from bot.frontends.discord.run import backstage_of, serve
from docs.discord_look import Json, Phone, Shown, page
from tests.discord_server.server import TOKEN, DiscordServer, point_discord_at
from tests.discord_server.world import BOT, button_of

PICTURE = Path(__file__).parent / "discord.png"
# A question with an answer, and one that no guide answers.
ANSWERED = "is a computer science degree enough?"
REFUSED = "what do research scientists earn?"

_BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")
_NO_BROWSER = (
    "There is no Chromium to draw Discord's look with. On Debian: "
    "sudo apt-get install chromium-headless-shell fonts-noto-core fonts-noto-color-emoji"
)
# Taller than any picture, for what is empty is cut off; twice the size, so that it stays sharp.
_WINDOW = "--window-size=1000,4000"
_SCALE = "--force-device-scale-factor=2"


@asynccontextmanager
async def discord_with_the_coach(data_dir: Path) -> AsyncIterator[DiscordServer]:
    """A Discord in which the real bot is connected."""
    async with open_app(Settings(data_dir=data_dir)) as app, DiscordServer() as server:
        point_discord_at(server.port)
        bot = asyncio.create_task(serve(backstage_of(app), TOKEN))
        await server.world.until(lambda: server.identified)
        yield server
        bot.cancel()
        with suppress(asyncio.CancelledError):
            await bot


async def ask(server: DiscordServer, question: str) -> list[Shown]:
    """Ask by a mention; return the question and the reply."""
    world = server.world
    asked = await server.say(f"<@{BOT}> {question}")
    await world.until(lambda: world.replies_to(asked))
    message, [reply] = world.messages[asked], world.replies_to(asked)
    return [Shown(message), Shown(reply, (message["author"]["username"], question))]


async def press(server: DiscordServer, message: Json, action: Action) -> Shown:
    """Press a button of a message; return what is shown for it."""
    world, button = server.world, button_of(dict(message), action)
    pressed = await server.press(dict(message), button["custom_id"])
    await world.until(lambda: pressed.original and world.messages[pressed.original]["components"])
    return Shown(world.messages[pressed.original], (message["author"]["username"], button["label"]))


async def converse(data_dir: Path) -> list[Phone]:
    """Hold the conversations, each on a phone."""
    async with discord_with_the_coach(data_dir) as server:
        answered = await ask(server, ANSWERED)
        sources = await press(server, answered[-1].message, Action.SOURCES)
        refused = await ask(server, REFUSED)
    return [Phone("# careers", answered), Phone("# careers", [sources, *refused])]


def photograph(html: str, browser: str) -> Image.Image:
    """Have a browser draw a page, and cut off what is empty."""
    with tempfile.TemporaryDirectory() as folder:
        drawn, shot = Path(folder, "page.html"), Path(folder, "page.png")
        drawn.write_text(html, encoding="utf-8")
        # Without the sandbox, which needs more rights than a container gives; the page is our own.
        options = ("--headless", "--no-sandbox", "--hide-scrollbars", "--default-background-color=00000000")
        subprocess.run(  # noqa: S603 - a program found by its name, and no words of anybody's
            [browser, *options, _WINDOW, _SCALE, f"--screenshot={shot}", drawn.as_uri()],
            check=True,
            capture_output=True,
        )
        image = Image.open(io.BytesIO(shot.read_bytes()))
    return image.crop(image.getbbox())


def main() -> None:
    """Draw the picture."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(_NO_BROWSER)
    with tempfile.TemporaryDirectory() as folder:
        phones = asyncio.run(converse(Path(folder)))
    # So few colours need no more than a palette of them.
    photograph(page(phones), browser).quantize(128).save(PICTURE, optimize=True)
    print(f"{PICTURE} is drawn.")


if __name__ == "__main__":
    main()
