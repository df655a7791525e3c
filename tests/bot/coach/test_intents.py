"""Which skill hears a message."""

from __future__ import annotations

import pytest

from bot.coach.intents import Intent, Intents
from bot.memory.conversations import Turn
from bot.reply import Reply
from retrieval.rewrite import Exchange
from tests.bot.conftest import HeardAs


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
        ("maths", "ask"),
        ("who built you", "smalltalk"),
        ("do you ever take a nap", "smalltalk"),
        ("is it wise to settle on a role straight away", "ask"),
        ("go on, where do you think I belong", "roles"),
    ],
)
async def test_a_first_message(heard_as: HeardAs, text: str, intent: Intent) -> None:
    assert await heard_as(text) == intent


async def test_a_condition_asks_though_it_tells(heard_as: HeardAs) -> None:
    assert await heard_as("and if I don't like statistics", learnt=True) == "ask"
    assert await heard_as("I don't like statistics", learnt=True) == "profile"


async def test_a_suggestion_may_be_doubted_once_there_is_one(heard_as: HeardAs) -> None:
    suggested = Turn("which role suits me", Reply("roles", "Data Scientist suits you best."))

    assert await heard_as("why not pm?") == "ask"
    assert await heard_as("why not pm?", turns=(suggested,)) == "roles"
    assert await heard_as("why do product managers need maths?", turns=(suggested,)) == "ask"


async def test_which_one_is_asked_of_what_was_compared(heard_as: HeardAs) -> None:
    compared = Turn("ds vs rs", Reply("comparison", "| | Data Scientist | Research Scientist |"))

    assert await heard_as("so which one travels more", turns=(compared,)) == "ask"
    assert await heard_as("so which role suits me", turns=(compared,)) == "roles"


async def test_yes_takes_up_an_offer_where_there_is_one_and_ok_takes_note(heard_as: HeardAs) -> None:
    offering = Turn("maths", Reply("answer", "Three areas.", suggestions=("Which maths courses are there?",)))

    assert await heard_as("yes", turns=(offering,)) == "ask"
    assert await heard_as("ok", turns=(offering,)) == "smalltalk"


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
async def test_a_role_is_set_beside_the_one_spoken_of(intents: Intents, heard_as: HeardAs, text: str) -> None:
    exchange = Exchange("what does an infra engineer do", "ML Infrastructure Engineer")
    spoken = Turn("what does an infra engineer do", Reply("answer", "It scales.", exchange=exchange))

    assert await heard_as(text, turns=(spoken,)) == "compare"
    named = intents.compared(text, (spoken,))
    assert [role.id for role in named] == ["ml-infrastructure-engineer", "data-scientist"]
    assert len(intents.compared(text)) == 1


def test_one_role_beside_something_else_is_not_the_one_spoken_of(intents: Intents) -> None:
    exchange = Exchange("what does an infra engineer do", "ML Infrastructure Engineer")
    spoken = Turn("what does an infra engineer do", Reply("answer", "It scales.", exchange=exchange))

    text = "what's the difference between a data analyst and a data scientist"
    assert [role.id for role in intents.compared(text, (spoken,))] == ["data-scientist"]


async def test_after_an_answer_people_go_on_about_it_unless_they_tell_something(heard_as: HeardAs) -> None:
    answered = Turn("what skills does a data scientist need", Reply("answer", "Statistics."))

    assert await heard_as("no sorry, i meant the infrastructure one", turns=(answered,)) == "ask"
    assert await heard_as("i've written go for three years", learnt=True, turns=(answered,)) == "profile"
