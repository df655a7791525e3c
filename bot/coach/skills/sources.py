"""Says on what the last answer rests, to whoever doubts it."""

from __future__ import annotations

from bot.memory.conversations import Turn, last_cited
from bot.reply import Message, Reply
from retrieval.answer import Citation, marked

_FOUND = "I don't go by an opinion of my own. What I said stands in these sections of my guides:"
_NOTHING = (
    "I haven't said anything yet that rests on a guide. Ask me something, and I'll say where it stands."
)
_WORD_FOR_WORD = "`/sources` shows them word for word, so you can judge for yourself."


class ShowSources:
    """The skill of saying where it has that from."""

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Name the sections that the last answer cites, and what those were written from."""
        _ = message
        last = last_cited(turns)
        if last is None:
            return Reply("chat", _NOTHING)
        places = "\n".join(f"- {_place(citation)}" for citation in last.citations)
        return Reply("answer", f"{_FOUND}\n\n{places}\n\n{_WORD_FOR_WORD}", last.citations, last.suggestions)


def _place(citation: Citation) -> str:
    return marked(f"{citation.place}, from {citation.source}", [citation.marker])
