"""A coach that answers at once and predictably, with the real memory behind it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.coach import Coach
from bot.coach.facts import Learner
from bot.coach.guided import Guided
from bot.coach.hearing import Hearing, clean_text
from bot.coach.intents import Intent, Intents, Reading
from bot.coach.manner import Put
from bot.fleet.fleet import Fleet
from bot.fleet.shards import ALL, Shards
from bot.frontends.discord.desk import Backstage
from bot.memory.conversations import Conversations, Turn
from bot.memory.deliveries import Deliveries, Limit
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.reply import Choice, Message, Picture, Reply
from retrieval.answer import Citation
from retrieval.rewrite import Exchange

SUGGESTIONS = ("What maths do I need?", "Which role suits me?")
CITATION = Citation(1, "Foundations", "Maths", "A. Writer, “Notes”", "Learn **maths**.\n\n- Vectors")
EXCHANGE = Exchange("maths", "maths", ("Vectors",), ("Learn maths.",), ())
# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
# What it says to texts that begin with these words.
SPECIAL = {
    "refuse": Reply(
        "refusal",
        "\n".join(["Not covered. Nearest:", *(f"- {topic}" for topic in SUGGESTIONS)]),
        suggestions=SUGGESTIONS,
    ),
    "choose": Reply("chat", "Pick one.", choices=(Choice("Maths", "maths, please"), Choice("Code", "code"))),
    "secret": Reply("profile", "You are brave.", private=True),
    "draw": Reply("chat", "Look:", pictures=(Picture("dot.png", "A red dot", PNG),)),
    "long": Reply("chat", "\n\n".join(f"Paragraph {n}. {'word ' * 100}" for n in range(20))),
}


class Parrot:
    """The skill of saying what was said, and what was said before."""

    def __init__(self) -> None:
        # Closed while an answer is to take its time.
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_work = asyncio.Event()
        self.heard: list[Message] = []

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        self.heard.append(message)
        self.at_work.set()
        if message.text.startswith("grow") and message.listen:
            await message.listen("You said: grow")
        if not message.text.startswith("next"):
            await self.gate.wait()
        first = message.text.split()[0]
        if first == "slow":
            await asyncio.sleep(float(message.text.split()[1]))
        if first == "break":
            raise RuntimeError("a canary in the machine")
        if first == "ping":
            return Reply("chat", f"@everyone @here <@&1> <@{message.user}> {message.text}")
        before = f" Before: {turns[-1].text}" if turns else ""
        said = Reply("answer", f"You said: {message.text} [1].{before}", (CITATION,), SUGGESTIONS, EXCHANGE)
        return SPECIAL.get(first, said)


class _PlainHearing:
    def hear(self, text: str) -> str:
        return clean_text(text) or "nothing"


class _OneIntent:
    async def read(self, text: str) -> Reading:
        return Reading(text, text, Put(text, asks=True, leans={"ask": 1.0, "profile": -1.0}))

    def of(self, reading: Reading, **_: object) -> Intent:  # noqa: ARG002
        return "ask"

    def tells(self, text: str) -> bool:  # noqa: ARG002
        return False


class _NoLearner:
    async def read(self, text: str) -> tuple[()]:  # noqa: ARG002
        return ()


class _NoGuided:
    async def spell_out(self, message: Message, turns: tuple[Turn, ...]) -> Message:  # noqa: ARG002
        return message


def backstage_of(
    engine: AsyncEngine,
    skill: Parrot,
    *,
    limit: int = 1000,
    period: timedelta = timedelta(minutes=5),
    shards: Shards = ALL,
) -> Backstage:
    """Everything that the Discord side works with, over this database."""
    coach = Coach(
        cast("Hearing", _PlainHearing()),
        cast("Intents", _OneIntent()),
        {"ask": skill},
        Conversations(engine),
        cast("Learner", _NoLearner()),
        cast("Guided", _NoGuided()),
    )
    return Backstage(
        coach,
        Deliveries(engine),
        Feedback(engine),
        Gaps(engine),
        Limit(limit, period),
        Fleet.of(engine),
        shards=shards,
    )
