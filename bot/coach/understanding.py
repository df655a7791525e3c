"""A model may say what a message wants and tells; what the person did not write is not believed.

It is asked about messages in which somebody speaks of themselves, where rules go wrong most. What
a fact means for a role is decided elsewhere, alike whoever read the fact.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import BaseModel, Field

from bot.coach.clauses import Clause, Polarity, clauses
from bot.coach.facts import Learner
from bot.coach.fit import Evidence
from bot.coach.intents import Intent
from bot.reply import Message
from retrieval.model import ChatModel, ModelFaultError
from retrieval.prompts import fenced, load_prompt

_log = logging.getLogger(__name__)

# What rules take messages for in which they recognise nothing more special.
_OPEN: frozenset[Intent] = frozenset({"ask", "roles", "profile"})
_MOST_FACTS = 12


class ToldFact(BaseModel):
    """Something that a person says of themselves."""

    words: str = Field(description="The words that say it, copied exactly.")
    topic: str = Field(description="The part of the words that says what it is about.")
    polarity: Polarity


class Understood(BaseModel):
    """What a message wants, and what it tells of its writer."""

    intent: Literal["ask", "roles", "profile"]
    facts: list[ToldFact] = Field(max_length=_MOST_FACTS)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message is taken for, and what is worth remembering of it."""

    intent: Intent
    said: tuple[Evidence, ...]


class Understanding:
    """Reads messages in which people speak of themselves."""

    def __init__(self, model: ChatModel, learner: Learner) -> None:
        """Ask the model; let the learner say what its facts are worth."""
        self._model = model
        self._learner = learner
        self._prompt = load_prompt("understand")

    async def read(self, message: Message, by_rules: Meaning) -> Meaning:
        """Return what the model makes of a message, or what rules do when it is of no use."""
        if by_rules.intent not in _OPEN or message.text.startswith("/") or not clauses(message.text):
            return by_rules
        data = fenced({"message": message.text})
        try:
            found = await self._model.fill_in(
                message.user, self._prompt.format_messages(data=data), Understood
            )
        except ModelFaultError as error:
            _log.info("the chat model did not read a message: %s", error)
            return by_rules
        told = quoted(found.facts, message.text)
        if found.facts and not told:
            return by_rules
        return Meaning(cast("Intent", found.intent), await self._learner.keepable(told))


def quoted(facts: Sequence[ToldFact], text: str) -> tuple[Clause, ...]:
    """Return the facts whose words stand in a text, as they stand there."""
    found: list[Clause] = []
    for fact in facts:
        words = _as_written(fact.words, text)
        if words and (topic := _as_written(fact.topic, words)):
            found.append(Clause(words, topic, fact.polarity))
    return tuple(found)


def _as_written(quote: str, text: str) -> str:
    """Return a quote as it stands in a text, or nothing if it does not."""
    wanted = re.escape(quote.strip(" .!?,;"))
    found = re.search(rf"(?<!\w){wanted}(?!\w)", text, re.IGNORECASE)
    return found[0] if found else ""
