"""Message in, Reply out; one turn at a time per conversation."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace

from bot.coach.facts import Learner
from bot.coach.fit import Evidence
from bot.coach.guided import Guided
from bot.coach.hearing import NO_TOPIC, Hearing, Unclear, has_topic
from bot.coach.intents import Intent, Intents, Reading
from bot.coach.skills.privacy import erases
from bot.coach.skills.skill import Skill
from bot.coach.understanding import Meaning, Understanding
from bot.memory.conversations import Conversations, Turn, last_cited, last_exchange
from bot.queues import Gates, Queues
from bot.reply import Message, Reply
from bot.telemetry import metrics
from bot.telemetry.turn import turn
from knowledge.outages import StorageError
from retrieval.picking import numbered

_log = logging.getLogger(__name__)


class Coach:
    """Hears a message, lets a skill answer it, and remembers the turn."""

    def __init__(  # noqa: PLR0913, PLR0917 - it is handed every part
        self,
        hearing: Hearing,
        intents: Intents,
        skills: Mapping[Intent, Skill],
        conversations: Conversations,
        learner: Learner,
        guided: Guided,
        understanding: Understanding | None = None,
    ) -> None:
        """Use these skills; the conversations are kept, and what people say of themselves.

        What rules make of a message, the `understanding` may know better.
        """
        self._hearing = hearing
        self._intents = intents
        self._skills = skills
        self._conversations = conversations
        self._queues = Queues()
        # A person's turns are inside; whoever deletes all of theirs waits to be alone. Turns in other
        # processes cannot be waited for: those find that they may not be kept.
        self._people = Gates()
        self._learner = learner
        self._guided = guided
        self._understanding = understanding

    async def reply(self, message: Message) -> Reply:
        """Reply to a message; messages of one conversation are answered in order.

        A message whose id has been answered before gets the same reply again. While the database is
        away, or full, the reply is an error that says so, and nothing is kept of the turn.

        Raises:
            ErasedError: another process has deleted all of the person meanwhile.

        """
        try:
            return await self._answered(message)
        except StorageError as error:
            return Reply("error", str(error))

    async def _answered(self, message: Message) -> Reply:
        with turn():
            if erases(message.text):
                # Between the person's turns, so that none brings anything back.
                async with self._people.alone(message.user):
                    return await _measured(self._skills["privacy"].reply(message, ()))
            async with (
                self._people.among(message.user),
                self._queues.turn(message.user, message.channel),
                self._conversations.turn_of(message) as begun,
            ):
                if begun.known:
                    return begun.known.reply
                return await _measured(self._reply(message, begun.latest))

    async def _reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Hear a message, answer it and remember the turn."""
        heard = await asyncio.to_thread(self._hearing.hear, message.text)
        if isinstance(heard, Unclear):
            return Reply("chat", heard.reply)
        message = replace(message, text=heard)
        meant = await self._guided.spell_out(_picked(message, turns), turns)
        reply = await self._answer(meant, turns)
        if reply.text != NO_TOPIC:
            await self._conversations.add(message, reply)
        return reply

    async def _answer(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Learn what a message tells, and let the skill that it is meant for reply."""
        said, reading = await self._read(message.text)
        meaning = Meaning(self._intents.of(reading, learnt=bool(said), turns=turns), said)
        if self._understanding:
            meaning = await self._understanding.read(message, meaning)
        intent = meaning.intent
        if self._intents.tells(message.text):
            await self._learner.learn(message, meaning.said)
        if intent == "ask" and not reading.asks and await self._is_asked(message, turns):
            intent = "profile"
        if intent == "ask" and not last_exchange(turns) and not has_topic(message.text):
            return Reply("chat", NO_TOPIC)
        return await self._skills[intent].reply(message, turns)

    async def _is_asked(self, message: Message, turns: tuple[Turn, ...]) -> bool:
        """Whether the person was just asked a question of the guided conversation."""
        if not turns or turns[-1].reply.kind != "roles":
            return False
        return await self._guided.pending(message) is not None

    async def _read(self, text: str) -> tuple[tuple[Evidence, ...], Reading]:
        """Find out what a message tells and how it is put; neither waits for the other."""
        return await asyncio.gather(self._learner.read(text), self._intents.read(text))

    async def intent(self, text: str) -> Intent:
        """Say what a message would be taken for if it were the first of a conversation."""
        said, reading = await self._read(text)
        return self._intents.of(reading, learnt=bool(said))

    async def last_answer(self, user: str, channel: str) -> Reply | None:
        """Return the latest reply of a conversation that cites sources."""
        return last_cited(await self._conversations.recall(user, channel))

    async def turn(self, message_id: str) -> Turn | None:
        """Return what was said in answer to the message with this id."""
        return await self._conversations.find(message_id)

    async def retract(self, message_id: str) -> None:
        """Delete one turn, as if its message had not been said."""
        await self._conversations.retract(message_id)

    async def carry_over(self, message_id: str, channel: str) -> None:
        """Let the person's conversation in another channel begin with this turn."""
        await self._conversations.carry_over(message_id, channel)

    async def forget(self, user: str, channel: str) -> int:
        """Delete a conversation; return how many turns it had."""
        async with self._queues.turn(user, channel):
            return await self._conversations.forget(user, channel)


async def _measured(replying: Awaitable[Reply]) -> Reply:
    """Count a turn and how long it takes."""
    began = time.perf_counter()
    reply = await replying
    seconds = time.perf_counter() - began
    metrics.TURNS.labels(reply.kind).inc()
    metrics.SECONDS.labels(metrics.WHOLE).observe(seconds)
    _log.info("answered", extra={"kind": reply.kind, "seconds": round(seconds, 3)})
    return reply


def _picked(message: Message, turns: Sequence[Turn]) -> Message:
    """Read “2” as the second of the messages that the last reply suggested.

    Suggestions of answers are questions to the guides; the chain picks among them itself.
    """
    number = numbered(message.text)
    if not turns or turns[-1].reply.kind in {"answer", "refusal"} or not number:
        return message
    suggested = turns[-1].reply.suggestions
    return replace(message, text=suggested[number - 1]) if number <= len(suggested) else message
