"""Message in, Reply out; one turn at a time per conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.coach.facts import Learner
from bot.coach.guided import Guided
from bot.coach.hearing import NO_TOPIC, Hearing, Unclear, has_topic
from bot.coach.intents import Intent, Intents
from bot.coach.skills.privacy import erases
from bot.coach.skills.skill import Skill
from bot.memory.conversations import Conversations, Turn
from bot.queues import Gates, Queues
from bot.reply import Message, Reply


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
    ) -> None:
        """Use these skills; the conversations are kept, and what people say of themselves."""
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

    async def reply(self, message: Message) -> Reply:
        """Reply to a message; messages of one conversation are answered in order.

        A message whose id has been answered before gets the same reply again.

        Raises:
            ErasedError: another process has deleted all of the person meanwhile.

        """
        if erases(message.text):
            return await self._erase(message)
        async with (
            self._people.among(message.user),
            self._queues.turn(message.user, message.channel),
            self._conversations.turn_of(message.user),
        ):
            if message.id and (turn := await self._conversations.find(message.id)):
                return turn.reply
            heard = await asyncio.to_thread(self._hearing.hear, message.text)
            if isinstance(heard, Unclear):
                return Reply("chat", heard.reply)
            message = replace(message, text=heard)
            turns = await self._conversations.recall(message.user, message.channel)
            meant = await self._guided.spell_out(_picked(message, turns), turns)
            reply = await self._answer(meant, turns)
            if reply.text != NO_TOPIC:
                await self._conversations.add(message, reply)
            return reply

    async def _erase(self, message: Message) -> Reply:
        """Delete all of a person between their turns, so that none brings anything back."""
        async with self._people.alone(message.user):
            return await self._skills["privacy"].reply(message, ())

    async def _answer(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Learn what a message tells, and let the skill that it is meant for reply."""
        said = await self._learner.read(message.text)
        intent = self._intents.of(message.text, learnt=bool(said), turns=turns)
        if self._intents.tells(message.text):
            await self._learner.learn(message, said)
        talked = any(turn.reply.exchange for turn in turns)
        if intent == "ask" and not talked and not has_topic(message.text):
            return Reply("chat", NO_TOPIC)
        return await self._skills[intent].reply(message, turns)

    async def intent(self, text: str) -> Intent:
        """Say what a message would be taken for if it were the first of a conversation."""
        return self._intents.of(text, learnt=bool(await self._learner.read(text)))

    async def last_answer(self, user: str, channel: str) -> Reply | None:
        """Return the latest reply of a conversation that cites sources."""
        turns = await self._conversations.recall(user, channel)
        return next((turn.reply for turn in reversed(turns) if turn.reply.citations), None)

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


def _picked(message: Message, turns: Sequence[Turn]) -> Message:
    """Read “2” as the second of the messages that the last reply suggested.

    Suggestions of answers are questions to the guides; the chain picks among them itself.
    """
    number = message.text.strip(" .)#")
    if not turns or turns[-1].reply.kind in {"answer", "refusal"} or not number.isdecimal():
        return message
    suggested = turns[-1].reply.suggestions
    return replace(message, text=suggested[int(number) - 1]) if 0 < int(number) <= len(suggested) else message
