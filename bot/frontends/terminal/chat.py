"""A conversation in the terminal; from a pipe, a message a line and plain text back."""

from __future__ import annotations

import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.app import App, open_app
from bot.coach.intents import COMMANDS
from bot.coach.skills.privacy import erases
from bot.coach.streaming import stream_reply
from bot.config import Settings
from bot.frontends.terminal import render
from bot.frontends.terminal.once import input_lines
from bot.frontends.terminal.progress import encoding_bar
from bot.memory.typed import typed_path
from bot.reply import Message, Reply
from bot.wire import DEFAULT_CHANNEL
from knowledge.outages import StorageError

_HELP = """\
Ask in your own words, for example “what maths do I need?” or “which role suits me?”.
Follow up with “why?”, “and for research scientists?”, “the second one” or “tell me more”.

- `/roles` finds out which role suits you
- `/profile` shows what I know about you, and lets you correct or delete it
- `/compare data scientist, research scientist` sets roles side by side
- `/sources` shows the exact passages behind the last answer
- `/forget` deletes this conversation
- `/privacy` says what I keep of you, hands it over, and deletes it
- `/help` shows this
- `/quit` leaves (so does Ctrl-D)
"""
_WELCOME = "Hi! I'm **Career Coach**. What would you like to know about the way into machine learning?"
_HINT = "/help shows what else you can type"
_NO_SOURCES = "There is no answer with sources yet in this conversation."
_GOODBYE = "Good luck on your way!"


async def chat_with(settings: Settings, user: str) -> None:
    """Talk with one person until they leave."""
    with encoding_bar() as progress:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            async with open_app(settings, progress) as app:
                await _talk_plainly(app, user)
            return
        console = Console(width=min(render.WIDTH, Console().width))
        console.print(Text("Waking up …", style="dim"))
        async with open_app(settings, progress) as app:
            await _Chat(app, user, console).talk()


async def _talk_plainly(app: App, user: str) -> None:
    async for line in input_lines():
        if line.strip() == "/quit":
            return
        if text := await _command(app, user, line) if _is_command(line) else None:
            print(text, end="\n\n", flush=True)
        else:
            reply = await app.coach.reply(Message(user, DEFAULT_CHANNEL, line))
            print(render.plain(reply), end="\n\n", flush=True)


def _is_command(line: str) -> bool:
    """Whether a line is for the terminal itself; the coach understands commands of its own."""
    return line.startswith("/") and not line.startswith(COMMANDS)


async def _command(app: App, user: str, line: str) -> str:
    """Carry out a command; return what to show, in Markdown."""
    try:
        return await _carry_out(app, user, line)
    except StorageError as error:  # the conversation can go on when the database is back
        return str(error)


async def _carry_out(app: App, user: str, line: str) -> str:
    match line.strip().lower():
        case "/help":
            return _HELP
        case "/sources":
            reply = await app.coach.last_answer(user, DEFAULT_CHANNEL)
            return render.passages(reply) if reply else _NO_SOURCES
        case "/forget":
            turns = await app.coach.forget(user, DEFAULT_CHANNEL)
            return (
                f"Forgotten: {turns} turns of this conversation are deleted. "
                "`/privacy delete` deletes everything I keep of you."
            )
        case unknown:
            return f"There is no {unknown.split()[0]} here. {_HINT}."


class _Chat:
    """A conversation on a screen."""

    def __init__(self, app: App, user: str, console: Console) -> None:
        self._app = app
        self._user = user
        self._console = console
        # Once, everybody's lines were in one file; whose is whose cannot be told.
        (app.settings.data_dir / "history").unlink(missing_ok=True)
        self._prompt = self._new_prompt()

    async def talk(self) -> None:
        """Read a message, show the reply, until the person leaves."""
        self._console.print(render.on_screen(_WELCOME))
        self._console.print(Text(f"  {_HINT}", style="dim"))
        while (line := await self._next_line()) is not None:
            if _is_command(line):
                self._console.print(render.on_screen(await _command(self._app, self._user, line)))
            elif line:
                await self._reply(Message(self._user, DEFAULT_CHANNEL, line))
            if erases(line):  # the arrow keys are to know nothing of it, either
                self._prompt = self._new_prompt()
        self._console.print(render.on_screen(_GOODBYE))

    async def _reply(self, message: Message) -> None:
        """Show the text as it grows, then what goes with it."""
        # Text that outgrows the window is cut until it is whole; nothing is printed twice.
        with Live(console=self._console, auto_refresh=False, vertical_overflow="ellipsis") as live:
            async for said in stream_reply(self._app.coach, message):
                text = said if isinstance(said, str) else said.text
                live.update(render.on_screen(text), refresh=True)
        if isinstance(said, Reply):
            self._console.print(*render.what_goes_with(said))

    def _new_prompt(self) -> PromptSession[str]:
        path = typed_path(self._app.settings.data_dir, self._user)
        return PromptSession(history=FileHistory(str(path)))

    async def _next_line(self) -> str | None:
        try:
            line = (await self._prompt.prompt_async(f"\n{render.PROMPT}")).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        return None if line.lower() in {"/quit", "/exit"} else line
