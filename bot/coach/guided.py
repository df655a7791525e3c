"""The guided conversation: a few questions with choices, one at a time, that can be left and taken up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.memory.conversations import Turn
from bot.memory.profiles import GuidedState, Profiles
from bot.reply import Choice, Message
from knowledge.yamls import read_yaml

_PROMPT = Path(__file__).parents[2] / "prompts" / "guided.yaml"

SKIP, STOP, AGAIN = "/roles skip", "/roles stop", "/roles again"
_SHORT = {"skip": SKIP, "stop": STOP, "quit": STOP}


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the person, and the answers offered."""

    id: str
    ask: str
    choices: tuple[Choice, ...]


class Guided:
    """Asks the questions in order and knows how far it has come with whom."""

    def __init__(self, questions: Sequence[Question], profiles: Profiles) -> None:
        """Ask these questions; the state is kept with the profiles."""
        self._questions = tuple(questions)
        self._labels = {choice.label.casefold() for each in questions for choice in each.choices}
        self._profiles = profiles

    @classmethod
    def load(cls, profiles: Profiles, path: Path = _PROMPT) -> Guided:
        """Read the questions of the project."""
        entries = read_yaml(path)
        questions = [
            Question(entry["id"], entry["ask"], tuple(Choice(**choice) for choice in entry["choices"]))
            for entry in entries
        ]
        return cls(questions, profiles)

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self._questions)

    async def spell_out(self, message: Message, turns: Sequence[Turn]) -> Message:
        """Read “2”, or a choice's label, as what that choice says, if a question was just asked."""
        said = message.text.strip(" .)#!").casefold()
        # Few messages are meant for a question, and to see whether one waits takes a look at what is kept.
        if not (said in _SHORT or said in self._labels or said.isdecimal()):
            return message
        pending = await self.pending(message)
        if pending is None:
            return message
        if not turns or turns[-1].reply.kind != "roles":
            # Something else came between; a number could mean that.
            return replace(message, text=_SHORT.get(said, message.text))
        picked = next((choice for choice in pending.choices if choice.label.casefold() == said), None)
        if said.isdecimal() and 0 < int(said) <= len(pending.choices):
            picked = pending.choices[int(said) - 1]
        return replace(message, text=picked.text if picked else _SHORT.get(said, message.text))

    async def pending(self, message: Message) -> Question | None:
        """Return the question that waits for an answer in this conversation."""
        state = await self._profiles.guided(message.user, message.channel)
        return self._by_id(state.pending) if state else None

    async def is_done(self, message: Message) -> bool:
        """Whether every question has been asked in this conversation."""
        state = await self._profiles.guided(message.user, message.channel)
        return state is not None and state.pending is None and self._next(state) is None

    async def resume(self, message: Message) -> Question | None:
        """Return the question that waits, or the next one; None when all have been asked."""
        return await self.pending(message) or await self.advance(message)

    async def advance(self, message: Message) -> Question | None:
        """Go on to the next question; None when all have been asked."""
        state = await self._profiles.guided(message.user, message.channel) or GuidedState()
        question = self._next(state)
        asked = (*state.asked, question.id) if question else state.asked
        await self._keep(message, GuidedState(asked, question.id if question else None))
        return question

    async def leave(self, message: Message) -> None:
        """Stop asking; the question that waited is asked again when it is taken up."""
        state = await self._profiles.guided(message.user, message.channel) or GuidedState()
        asked = tuple(question for question in state.asked if question != state.pending)
        await self._keep(message, GuidedState(asked, None))

    async def restart(self, message: Message) -> None:
        """Begin anew; what was learnt stays."""
        await self._keep(message, GuidedState())

    def number(self, question: Question) -> int:
        """Count a question, from 1."""
        return self._questions.index(question) + 1

    def _next(self, state: GuidedState) -> Question | None:
        return next((question for question in self._questions if question.id not in state.asked), None)

    def _by_id(self, question_id: str | None) -> Question | None:
        return next((question for question in self._questions if question.id == question_id), None)

    async def _keep(self, message: Message, state: GuidedState) -> None:
        await self._profiles.keep_guided(message.user, message.channel, state)
