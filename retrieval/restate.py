"""A model may say what a follow-up asks; what it brings in from elsewhere is not believed."""

from __future__ import annotations

import logging

from pydantic import BaseModel, Field

from retrieval.model import ChatModel, ModelFaultError
from retrieval.prompts import fenced, load_prompt
from retrieval.rewrite import Exchange
from retrieval.wording import content_words

_log = logging.getLogger(__name__)

_MOST_CHARACTERS = 300


class Restated(BaseModel):
    """A question that can be understood alone."""

    question: str = Field(description="The question, understandable alone.")


class Restater:
    """Puts a follow-up that rules did not recognise into a question that stands alone."""

    def __init__(self, model: ChatModel) -> None:
        """Ask the model."""
        self._model = model
        self._prompt = load_prompt("restate")

    async def restate(self, message: str, last: Exchange, user: str) -> str:
        """Return the question, or the message itself when the model is of no use."""
        data = fenced({"message": message, "question": last.question, "said": last.said})
        try:
            found = await self._model.fill_in(user, self._prompt.format_messages(data=data), Restated)
        except ModelFaultError as error:
            _log.info("the chat model did not restate a question: %s", error)
            return message
        return found.question if _keeps_to(found.question, message, last) else message


def _keeps_to(question: str, message: str, last: Exchange) -> bool:
    """Whether every telling word of a question comes from the conversation."""
    known = content_words(" ".join((message, last.question, last.subject, *last.points, *last.said)))
    return 0 < len(question) <= _MOST_CHARACTERS and set(content_words(question)) <= set(known)
