from __future__ import annotations

import io
from collections.abc import Callable

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.app import App
from bot.frontends.terminal.chat import _Chat
from bot.memory.typed import typed_lines

Type = Callable[[App, str, str], str]


async def talk(app: App, user: str, typed: str) -> str:
    """Type into a chat on a screen; return what it shows."""
    screen = io.StringIO()
    console = Console(file=screen, width=100)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(typed)
        await _Chat(app, user, console).talk()
    return screen.getvalue()


async def test_an_answer_is_shown_with_its_sources_and_what_to_ask_next(app: App, user: str) -> None:
    shown = await talk(app, user, "What skills does a data scientist need?\r/quit\r")

    assert "I'm Career Coach." in shown
    assert "SQL, Python and R" in shown
    assert "[1] Data Scientist › Key skills" in shown
    assert "Next, you could ask:" in shown
    assert shown.rstrip().endswith("Good luck on your way!")


async def test_a_number_typed_asks_what_was_offered(app: App, user: str) -> None:
    shown = await talk(app, user, "How much does a machine learning engineer earn?\r1\r/quit\r")

    refusal, answer = shown.split("Next, you could ask:")[0].rsplit("What they do cover", 1)
    assert "don't cover that" in refusal
    assert "[1]" in answer


async def test_commands_are_no_messages(app: App, user: str) -> None:
    shown = await talk(app, user, "/sources\r/help\r/dance\r\r/forget\r/QUIT\r")

    assert "There is no answer with sources yet" in shown
    assert "/forget deletes this conversation" in shown
    assert "There is no /dance here. /help shows what else you can type." in shown
    assert "Forgotten: 0 turns" in shown
    assert await app.coach.forget(user, "terminal") == 0


async def test_leaving_by_key_says_goodbye(app: App, user: str) -> None:
    for key in ("\x04", "\x03"):
        assert "Good luck on your way!" in await talk(app, user, key)


async def test_deleting_everything_takes_the_lines_typed_too(app: App, user: str) -> None:
    shown = await talk(app, user, "thanks\r/privacy delete everything\r/privacy\r/privacy export\r/quit\r")

    asked, rest = shown.split("What I keep of you", maxsplit=1)
    assert "messages with my replies: 1" in asked
    assert "lines you typed in the terminal: 2" in asked
    assert '"typed": [\n    "/privacy",\n    "/privacy export"\n  ]' in rest
    assert "thanks" not in rest
    assert typed_lines(app.settings.data_dir, user) == ["/privacy", "/privacy export", "/quit"]
