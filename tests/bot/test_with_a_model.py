"""The whole coach with a chat model, over the real client library and a server on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot import cli
from bot.app import App, open_app
from bot.coach.clauses import clauses
from bot.config import Settings
from bot.frontends.terminal import evaluation
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


CALCULUS = "Calculus: derivatives and gradients [1]."


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
    assert grown[0].startswith("Good question! Three areas of mathematics")


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
    server.script = [Fault(said_before=f"That is a good question! {CALCULUS} Three ar")]
    grown: list[str] = []

    async def listen(text: str) -> None:
        grown.append(text)

    reply = await coached.coach.reply(Message(user, "dm", QUESTION, listen=listen))

    assert grown == [f"That is a good question! {CALCULUS}"]
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


# What people say of themselves.
STORY = "I love dashboards and I know Python. My boss hates statistics."


def understood(*facts: tuple[str, str, str], intent: str = "profile") -> Callable[[dict[str, Any]], str]:
    """Fill in the form for what people say of themselves; else answer as usual."""
    told = [{"words": words, "topic": topic, "polarity": polarity} for words, topic, polarity in facts]
    form = json.dumps({"intent": intent, "facts": told})
    return lambda data: form if data.keys() == {"message"} else first_unit(data)


async def known(app: App, user: str) -> list[tuple[str, str]]:
    facts = await app.memory.profiles.facts(user, private=True)
    return [(fact.clause.words, fact.clause.polarity) for fact in facts]


async def test_the_model_says_what_somebody_tells_of_themselves(
    coached: App, server: ModelServer, user: str
) -> None:
    server.script = [
        understood(("i love dashboards", "dashboards", "likes"), ("knows Kubernetes", "Kubernetes", "has"))
    ]

    reply = await coached.coach.reply(Message(user, "dm", STORY))

    assert reply.kind == "profile"
    # As it was written; and what was not written is not kept.
    assert await known(coached, user) == [("I love dashboards", "likes")]


@pytest.mark.parametrize(
    "act",
    [
        Fault(500),
        say("no JSON"),
        say("{}"),
        understood(intent="sing"),
        understood(("I love dashboards", "dashboards", "adores")),
        understood(("I love Kubernetes", "Kubernetes", "likes"), intent="ask"),
        understood(*[("I love dashboards", "dashboards", "likes")] * 13),
    ],
    ids=range(7),
)
async def test_bad_readings_are_not_believed(
    coached: App, server: ModelServer, app: App, user: str, act: Any
) -> None:
    server.script = [act]
    before = await app.coach.reply(Message(user, "dm", STORY))

    reply = await coached.coach.reply(Message(user, "dm", STORY))

    assert reply.text == before.text
    assert await known(coached, user) == await known(app, user) != []


async def test_the_model_does_not_change_what_a_role_scores(
    coached: App, server: ModelServer, app: App, user: str
) -> None:
    facts = [(clause.words, clause.topic, clause.polarity) for clause in clauses(STORY)]
    server.script = [understood(*facts)]

    replies = []
    for each in (app, coached):
        await each.coach.reply(Message(user, "dm", STORY))
        replies.append(await each.coach.reply(Message(user, "dm", "which role suits me?")))

    without, with_model = replies
    assert with_model.fits == without.fits != ()
    assert with_model.text == without.text


async def test_rules_alone_decide_about_deleting_and_commands(
    coached: App, server: ModelServer, user: str
) -> None:
    server.asked.clear()
    server.script = [understood(intent="ask")]

    replies = [await coached.coach.reply(Message(user, "dm", said)) for said in ("/profile", "/privacy")]

    assert [reply.kind for reply in replies] == ["profile", "chat"]
    assert server.asked == []


async def test_nothing_but_the_question_the_conversation_and_the_facts_in_use_is_sent(
    coached: App, server: ModelServer
) -> None:
    server.script = [understood(("I love dashboards", "dashboards", "likes"))]
    ada, bob = "user-canary-4711", "user-canary-4712"
    await coached.coach.reply(Message(ada, "server-canary", STORY))
    server.script = [understood(("I hate statistics", "statistics", "dislikes"))]
    await coached.coach.reply(Message(ada, "dm-canary", "I hate statistics.", private=True))
    server.script = [understood(("I know Kubernetes", "Kubernetes", "has"))]
    await coached.coach.reply(Message(bob, "server-canary", "I know Kubernetes."))
    server.asked.clear()
    server.script = [first_unit]

    await coached.coach.reply(Message(ada, "server-canary", QUESTION))
    public = server.data[-1]
    await coached.coach.reply(Message(ada, "dm-canary", QUESTION, private=True))
    private = server.data[-1]

    assert public["person"] == ["likes: I love dashboards"]
    assert private["person"] == ["likes: I love dashboards", "dislikes: I hate statistics"]
    assert public.keys() == private.keys() == {"question", "person", "conversation", "passages"}
    sent = json.dumps(server.asked)
    assert "canary" not in sent
    assert "Kubernetes" not in json.dumps([public["person"], private["person"]])
    # Beside the messages there is nothing of the person's, either.
    assert all(
        request.keys() <= {"model", "messages", "stream", "stream_options", "max_completion_tokens"}
        for request in server.asked
    )


async def test_a_model_is_measured_by_a_command(
    server: ModelServer,
    fill: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    golden: dict[str, dict[str, object]] = {
        "answerable": {"question": QUESTION, "facts": [["linear algebra"]]},
        "unanswerable": {"question": "what do they earn?", "near_miss": True},
        "conversations": {
            "turns": [{"text": QUESTION, "kind": "answer"}, {"text": "thanks", "kind": "chat"}]
        },
    }
    for name, line in golden.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line | {"part": "tune"}), encoding="utf-8")
    monkeypatch.setenv("COACH_CHAT_KEY", "a-key")
    monkeypatch.setenv("COACH_CHAT_URL", server.url)
    # The library that it makes for itself is filled already, which spares minutes.
    monkeypatch.setattr(
        evaluation, "open_app", lambda settings, _: (fill(settings.data_dir), open_app(settings))[1]
    )
    server.script = [first_unit]
    server.asked.clear()
    command = [
        "eval",
        "--chat-model",
        "openai:measured",
        "--golden",
        str(tmp_path),
        "--part",
        "tune",
        "--json",
    ]

    result = await asyncio.to_thread(CliRunner().invoke, cli.app, command)

    assert result.exit_code == 0, result.output
    assert {request["model"] for request in server.asked} == {"measured"}
    coach = json.loads(result.stdout)["coach"]
    assert (coach["facts"], coach["answerable_refused"]) == (1, 0)
