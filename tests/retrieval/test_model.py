from __future__ import annotations

from contextlib import aclosing

import pytest
from langchain_core.messages import HumanMessage

from retrieval.model import (
    ChatModel,
    CircuitBreaker,
    ModelFaultError,
    ModelSettingError,
    OverBudgetError,
    open_chat,
)
from tests.retrieval.model_server import Fault, ModelServer, Purse, connect, say

ASKED = [HumanMessage('{"question": "what maths do I need?"}')]
WRONG_JSON = 'data: {"choices": [\n\n'


async def read(model: ChatModel, user: str = "ada") -> str:
    return "".join([text async for text in model.stream(user, ASKED)])


async def test_the_text_comes_as_it_is_written(model_server: ModelServer) -> None:
    model_server.script = [say("Linear algebra, calculus and statistics.")]

    parts = [text async for text in connect(model_server).stream("ada", ASKED)]

    assert "".join(parts) == "Linear algebra, calculus and statistics."
    assert len(parts) > 1


async def test_tokens_are_counted_for_whoever_asked(model_server: ModelServer) -> None:
    model_server.script = [say("one two three")]
    purse = Purse()

    await read(connect(model_server, budget=purse))

    assert purse.spent == [("ada", 100, 3)]


@pytest.mark.parametrize(
    "fault", [Fault(429), Fault(500), Fault(503), Fault(200, ""), Fault(200, WRONG_JSON)], ids=str
)
async def test_a_passing_fault_is_tried_again(model_server: ModelServer, fault: Fault) -> None:
    model_server.script = [fault, fault, say("here I am")]

    assert await read(connect(model_server)) == "here I am"
    assert len(model_server.asked) == 3


@pytest.mark.parametrize("fault", [Fault(429), Fault(500), Fault(200, ""), Fault(200, WRONG_JSON)], ids=str)
async def test_a_fault_that_does_not_pass_ends(model_server: ModelServer, fault: Fault) -> None:
    model_server.script = [fault]

    with pytest.raises(ModelFaultError):
        await read(connect(model_server))
    assert len(model_server.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_bad_key_or_request_is_not_tried_again(model_server: ModelServer, status: int) -> None:
    model_server.script = [Fault(status, '{"error": {"message": "no"}}')]

    with pytest.raises(ModelFaultError) as caught:
        await read(connect(model_server))
    assert len(model_server.asked) == 1
    assert "a-key" not in str(caught.value)


async def test_a_model_that_hangs_is_left_at_the_deadline(model_server: ModelServer) -> None:
    model_server.script = [Fault(hangs=True)]

    with pytest.raises(ModelFaultError, match="TimeoutError"):
        await read(connect(model_server, deadline=0.2))


async def test_a_cut_stream_keeps_what_was_read(model_server: ModelServer) -> None:
    model_server.script = [Fault(said_before="Linear algebra")]
    heard: list[str] = []

    async def read_on() -> None:
        async for text in connect(model_server).stream("ada", ASKED):
            heard.append(text)  # noqa: PERF401 - what came before the fault is wanted

    with pytest.raises(ModelFaultError):
        await read_on()
    assert "".join(heard) == "Linear algebra"
    assert len(model_server.asked) == 1


async def test_who_writes_on_and_on_is_stopped(model_server: ModelServer) -> None:
    model_server.script = [say("on and " * 20_000)]

    assert len(await read(connect(model_server))) < 7_000
    assert model_server.asked[0]["max_completion_tokens"] <= 1_000


async def test_a_spent_budget_asks_nobody(model_server: ModelServer) -> None:
    model_server.script = [say("hello")]

    with pytest.raises(OverBudgetError):
        await read(connect(model_server, budget=Purse(empty=True)))
    assert model_server.asked == []


async def test_after_faults_in_a_row_the_model_is_left_alone(model_server: ModelServer) -> None:
    now = 0.0
    model = connect(model_server, breaker=CircuitBreaker(clock=lambda: now))
    model_server.script = [Fault(401)]
    for _ in range(3):
        with pytest.raises(ModelFaultError):
            await read(model)
    with pytest.raises(ModelFaultError, match="left alone"):
        await read(model)
    assert len(model_server.asked) == 3

    now = 61.0
    model_server.script = [say("back")]

    assert await read(model) == "back"
    assert await read(model) == "back"


async def test_who_has_heard_enough_has_had_an_answer(model_server: ModelServer) -> None:
    now = 0.0
    model = connect(model_server, breaker=CircuitBreaker(clock=lambda: now))
    model_server.script = [Fault(401)]
    for _ in range(3):
        with pytest.raises(ModelFaultError):
            await read(model)

    now = 61.0
    model_server.script = [say("back, and with more to say")]
    async with aclosing(model.stream("ada", ASKED)) as text:
        assert await anext(text)

    assert await read(model) == "back, and with more to say"


@pytest.mark.parametrize("name", ["nobody:stub", "openai:", "no-such-provider"])
def test_a_model_that_cannot_be_opened_is_a_plain_sentence(name: str) -> None:
    with pytest.raises(ModelSettingError, match="COACH_CHAT_MODEL"):
        open_chat(name, timeout=1)
