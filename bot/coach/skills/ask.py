"""Answers a question from the guides, or says that they do not cover it."""

from __future__ import annotations

from bot.memory.conversations import Turn
from bot.memory.gaps import Gaps
from bot.reply import Message, Reply
from retrieval.chain import AnswerChain, Inquiry

_REFUSAL = "The guides I work from don't cover that, so I'd rather not guess."
_NEAREST = "What they do cover, closest to your question:"
_NOTHING_MORE = "That is all the guides have to say on this one."


class Ask:
    """The skill of answering questions."""

    def __init__(self, chain: AnswerChain, gaps: Gaps) -> None:
        """Answer by the chain; record what it refuses."""
        self._chain = chain
        self._gaps = gaps

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Answer, or refuse and record the gap."""
        last = next((turn.reply.exchange for turn in reversed(turns) if turn.reply.exchange), None)
        inquiry = Inquiry(message.text, last, message.user, listen=message.listen)
        outcome = await self._chain.answer(inquiry)
        answer, exchange = outcome.answer, outcome.exchange
        if answer.covered:
            text = answer.text or _NOTHING_MORE
            return Reply(
                "answer" if answer.statements else "chat",
                text,
                answer.citations,
                answer.nearest,
                exchange,
                answer.passages,
            )
        await self._gaps.add(message.user, message.text)
        return Reply("refusal", _refusal(answer.nearest), (), answer.nearest, exchange, answer.passages)


def _refusal(nearest: tuple[str, ...]) -> str:
    lines = [_REFUSAL]
    if nearest:
        lines += ["", _NEAREST, *(f"- {topic}" for topic in nearest)]
    return "\n".join(lines)
