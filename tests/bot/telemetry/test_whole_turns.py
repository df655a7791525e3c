"""The whole coach, seen from outside."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping

from prometheus_client import REGISTRY

from bot.app import App
from bot.reply import Message
from bot.telemetry import metrics
from bot.telemetry.logs import configure_logs
from tests.bot.telemetry.test_logs import read

QUESTION = "What does a data scientist do?"
OPEN_QUESTION = "What is the best pizza in Naples?"


def figures() -> Mapping[str, float]:
    """What is counted so far."""
    steps = (*metrics.STEPS, metrics.WHOLE)
    found = {
        step: REGISTRY.get_sample_value("coach_step_seconds_count", {"step": step}) for step in steps
    } | {
        kind: REGISTRY.get_sample_value("coach_turns_total", {"kind": kind}) for kind in ("answer", "refusal")
    }
    found["gaps"] = REGISTRY.get_sample_value("coach_gaps_total")
    return {name: value or 0 for name, value in found.items()}


async def test_turns_steps_refusals_and_gaps_are_counted_once(app: App, user: str) -> None:
    before = figures()
    question = Message(user, "c", QUESTION, id=str(uuid.uuid4()))
    answer = await app.coach.reply(question)
    refusal = await app.coach.reply(Message(user, "c", OPEN_QUESTION))
    assert await app.coach.reply(question) != refusal

    after = figures()

    assert (answer.kind, refusal.kind) == ("answer", "refusal")
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {
        **dict.fromkeys((*metrics.STEPS, metrics.WHOLE), 2),
        "answer": 1,
        "refusal": 1,
        "gaps": 1,
    }


async def test_nothing_that_people_say_is_logged(app: App, user: str, written: Callable[[], str]) -> None:
    """A profile, questions, a gap, corrections and a deletion, with our own loggers at DEBUG."""
    configure_logs("DEBUG", as_json=True)
    canary = "xylophone"
    for said in (
        f"I have six years of {canary} and I hate {canary} dashboards",
        "which role suits me?",
        f"what is a {canary}?",
        "/profile",
        QUESTION,
        f"compare {canary} and data scientist",
        "/privacy export",
        "/privacy delete",
    ):
        await app.coach.reply(Message(user, "c", said, private=True))
    logging.getLogger("bot").debug("the end")

    told = written()
    assert [line["message"] for line in read(told)].count("answered") == 8
    assert read(told)[-1]["message"] == "the end"
    assert canary not in told
    assert user not in told
