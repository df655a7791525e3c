"""Answers a question from the guides, or says that they do not cover it."""

from __future__ import annotations

from bot.memory.conversations import Turn, last_exchange
from bot.memory.gaps import Gaps
from bot.memory.profiles import Profiles
from bot.reply import Message, Reply
from retrieval.chain import AnswerChain, Inquiry

_REFUSAL = "The guides I work from don't cover that, so I'd rather not guess."
_NEAREST = "What they do cover, closest to your question:"
# More than these would say little and cost tokens; the latest say most of how somebody stands now.
_MOST_FACTS = 12
_NOTHING_MORE = "That is all the guides have to say on this one."


class Ask:
    """The skill of answering questions."""

    def __init__(self, chain: AnswerChain, gaps: Gaps, profiles: Profiles) -> None:
        """Answer by the chain for somebody of whom this much is known; record what it refuses."""
        self._chain = chain
        self._gaps = gaps
        self._profiles = profiles

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Answer, or refuse and record the gap."""
        person = await self._person(message) if self._chain.writes else ()
        inquiry = Inquiry(message.text, last_exchange(turns), message.user, person, message.listen)
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

    async def _person(self, message: Message) -> tuple[str, ...]:
        """Say what is known of a person, and may be used where the message was said."""
        facts = await self._profiles.facts(message.user, private=message.private)
        return tuple(f"{fact.clause.polarity}: {fact.clause.words}" for fact in facts[-_MOST_FACTS:])


def _refusal(nearest: tuple[str, ...]) -> str:
    lines = [_REFUSAL]
    if nearest:
        lines += ["", _NEAREST, *(f"- {topic}" for topic in nearest)]
    return "\n".join(lines)
