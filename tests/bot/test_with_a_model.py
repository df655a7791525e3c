"""The whole coach with a chat model, over the real client library and a server on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import App, open_app
from bot.config import Settings
from bot.memory.usage import Usage
from bot.reply import Message
from knowledge.database import create_engine
from retrieval import model
from retrieval.write import NOTE_BUDGET, NOTE_FAULT
from tests.retrieval.model_server import Fault, ModelServer, say, serving

QUESTION = "what maths do I need?"


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    patch = pytest.MonkeyPatch()
    patch.setattr(model, "_FIRST_WAIT", 0.001)
    patch.setattr(model, "_LONGEST_WAIT", 0.001)
    patch.setattr(model, "_FAULTS_TO_OPEN", 100)
    with serving() as opened:
        yield opened
    patch.undo()


@pytest.fixture(scope="module")
async def coached(
    server: ModelServer, fill: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[App]:
    settings = Settings(
        data_dir=fill(tmp_path_factory.mktemp("model") / "data"),
        chat_model="openai:stub",
        chat_key=SecretStr("a-key"),
        chat_url=server.url,
        chat_user_tokens=5_000,
    )
    async with open_app(settings) as opened:
        yield opened


def first_unit(told: dict[str, Any]) -> str:
    """Say what the first passage says, something of one's own, and a question back."""
    said = told["passages"][0]["says"][0].rstrip(".")
    return f"Good question! {said} [1]. Every bank pays 900,000 dollars [1]. What do you know already?"


async def test_the_model_answers_from_the_guides(coached: App, server: ModelServer, user: str) -> None:
    server.script = [first_unit]
    grown: list[str] = []

    async def listen(text: str) -> None:
        grown.append(text)

    reply = await coached.coach.reply(Message(user, "dm", QUESTION, listen=listen))

    assert reply.kind == "answer"
    assert reply.text.startswith("Good question! Three areas of mathematics")
    assert "900,000" not in reply.text
    assert reply.citations[0].guide == "Foundations and Tools"
    assert grown[-1] == reply.text
    assert grown[0] == "Good question!"


async def test_a_follow_up_tells_the_model_what_was_said(
    coached: App, server: ModelServer, user: str
) -> None:
    server.script = [first_unit]
    server.asked.clear()
    await coached.coach.reply(Message(user, "dm", QUESTION))
    await coached.coach.reply(Message(user, "dm", "and for research scientists?"))

    told = server.data[-1]
    assert told["conversation"]["question"] == "what mathematics do I need?"
    assert any("Three areas" in said for said in told["conversation"]["said"])
    assert told["passages"][0]["guide"] == "Research Scientist"


async def test_a_question_that_is_not_covered_never_reaches_the_model(
    coached: App, server: ModelServer, user: str
) -> None:
    server.asked.clear()

    reply = await coached.coach.reply(Message(user, "dm", "what is the capital of France?"))

    assert (reply.kind, server.asked) == ("refusal", [])


@pytest.mark.parametrize(
    "act",
    [Fault(500), Fault(401), say(""), say("Nothing I can show [9].")],
    ids=["an error", "a wrong key", "nothing", "nothing true"],
)
async def test_without_the_model_the_answer_is_as_before(
    coached: App, server: ModelServer, app: App, user: str, act: Any
) -> None:
    server.script = [act]
    before = await app.coach.reply(Message(user, "dm", QUESTION))

    reply = await coached.coach.reply(Message(user, "dm", QUESTION))

    assert reply.text.startswith(before.text)
    assert reply.citations == before.citations
    assert (NOTE_FAULT in reply.text) == isinstance(act, Fault) or not act({})


async def test_what_was_shown_before_a_cut_stays(coached: App, server: ModelServer, user: str) -> None:
    server.script = [Fault(said_before="That is a good question! Three ar")]
    grown: list[str] = []

    async def listen(text: str) -> None:
        grown.append(text)

    reply = await coached.coach.reply(Message(user, "dm", QUESTION, listen=listen))

    assert grown == ["That is a good question!"]
    assert reply.text.startswith(grown[-1])
    assert "Linear algebra: vectors and matrices [1]" in reply.text
    assert reply.text.endswith(f"*{NOTE_FAULT}*")


async def test_one_person_cannot_burn_the_budget_of_all(coached: App, server: ModelServer, user: str) -> None:
    server.script = [first_unit]
    engine = create_engine(coached.settings.database)
    await Usage(engine).spend(user, 5_000, 0)
    await engine.dispose()

    mine = await coached.coach.reply(Message(user, "dm", QUESTION))
    others = await coached.coach.reply(Message(f"{user}-other", "dm", QUESTION))

    assert NOTE_BUDGET in mine.text
    assert others.text.startswith("Good question!")
