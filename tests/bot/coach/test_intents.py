"""Which skill hears a message."""

from __future__ import annotations

import pytest

from bot.coach.intents import Intent, Intents
from bot.coach.manner import Manner
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Turn
from bot.reply import Reply
from knowledge.roles import load_roles
from retrieval.rewrite import Exchange
from retrieval.wording import Wording


@pytest.fixture(scope="module")
def intents(wording: Wording, manner: Manner) -> Intents:
    return Intents(SmallTalk.load(), wording, load_roles(), manner)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("diff between pm and rs?", "compare"),
        ("is an infra engineer the same as a data scientist", "compare"),
        ("who writes more code, mle or pm", "compare"),
        ("data scientist versus database administrator", "compare"),
        ("tensorflow vs pytorch for a data scientist", "ask"),
        ("which role now?", "roles"),
        ("so which of the five would you give me", "roles"),
        ("must i settle on one role at once", "ask"),
        ("do I need to decide on a role today", "ask"),
        ("what can i do with kubernetes", "map"),
        ("is my sql useful", "map"),
        ("where would a statistics background lead me", "map"),
        ("what am i missing for pm", "gap"),
        ("no, scratch that", "profile"),
        ("forget that I know Java", "profile"),
        ("forget it", "smalltalk"),
        ("who built you", "smalltalk"),
    ],
)
def test_a_first_message(intents: Intents, text: str, intent: Intent) -> None:
    assert intents.of(text) == intent


def test_a_condition_asks_though_it_tells(intents: Intents) -> None:
    assert intents.of("and if I don't like statistics", learnt=True) == "ask"
    assert intents.of("I don't like statistics", learnt=True) == "profile"


def test_a_suggestion_may_be_doubted_once_there_is_one(intents: Intents) -> None:
    suggested = Turn("which role suits me", Reply("roles", "Data Scientist suits you best."))

    assert intents.of("why not pm?") == "ask"
    assert intents.of("why not pm?", turns=(suggested,)) == "roles"
    assert intents.of("why do product managers need maths?", turns=(suggested,)) == "ask"


def test_ok_takes_up_an_offer_where_there_is_one(intents: Intents) -> None:
    offering = Turn("maths", Reply("answer", "Three areas.", suggestions=("Which maths courses are there?",)))

    assert intents.of("ok") == "smalltalk"
    assert intents.of("ok", turns=(offering,)) == "ask"


@pytest.mark.parametrize(
    "text",
    [
        "vs data scientist?",
        "how is it different from a data scientist",
        "hows that compare to a DS",
        "ok and compared to a data scientist",
        "difference to data scientist?",
    ],
)
def test_a_role_is_set_beside_the_one_spoken_of(intents: Intents, text: str) -> None:
    exchange = Exchange("what does an infra engineer do", "ML Infrastructure Engineer")
    spoken = Turn("what does an infra engineer do", Reply("answer", "It scales.", exchange=exchange))

    assert intents.of(text, turns=(spoken,)) == "compare"
    named = intents.compared(text, (spoken,))
    assert [role.id for role in named] == ["ml-infrastructure-engineer", "data-scientist"]
    assert len(intents.compared(text)) == 1


def test_one_role_beside_something_else_is_not_the_one_spoken_of(intents: Intents) -> None:
    exchange = Exchange("what does an infra engineer do", "ML Infrastructure Engineer")
    spoken = Turn("what does an infra engineer do", Reply("answer", "It scales.", exchange=exchange))

    text = "what's the difference between a data analyst and a data scientist"
    assert [role.id for role in intents.compared(text, (spoken,))] == ["data-scientist"]
