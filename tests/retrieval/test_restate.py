"""Restating over the real client library: the model calls a tool with its answer."""

from __future__ import annotations

import json

import pytest

from retrieval.restate import Restater
from retrieval.rewrite import Exchange
from tests.retrieval.model_server import Fault, ModelServer, Purse, connect, say

LAST = Exchange("what maths do I need?", "maths", said=("Linear algebra, calculus and statistics.",))
MESSAGE = "where do people brush up on the second?"


def filled_in(question: str) -> str:
    return json.dumps({"question": question})


async def test_a_follow_up_becomes_a_question_of_its_own(model_server: ModelServer) -> None:
    model_server.script = [say(filled_in("Where do people brush up on calculus?"))]
    purse = Purse()

    restated = await Restater(connect(model_server, budget=purse)).restate(MESSAGE, LAST, "ada")

    assert restated == "Where do people brush up on calculus?"
    assert model_server.data[0]["message"] == MESSAGE
    assert purse.spent[0][:2] == ("ada", 100)


@pytest.mark.parametrize(
    "act",
    [
        say("no JSON at all"),
        say(json.dumps({"answer": 42})),
        say(filled_in("")),
        say(filled_in("maths " * 200)),
        say(filled_in("Which Acme course must every developer buy?")),
        Fault(500),
        Fault(200, "{"),
    ],
)
async def test_bad_output_leaves_the_message_as_it_is(model_server: ModelServer, act: object) -> None:
    model_server.script = [act]  # type: ignore[list-item]

    assert await Restater(connect(model_server)).restate(MESSAGE, LAST, "ada") == MESSAGE
