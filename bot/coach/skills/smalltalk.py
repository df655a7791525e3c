"""Greets, thanks and explains itself, without asking the guides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.memory.conversations import Turn
from bot.reply import Message, Reply
from knowledge.yamls import read_yaml

_PROMPT = Path(__file__).parents[3] / "prompts" / "smalltalk.yaml"
_NOT_SAID = re.compile(r"[^\w\s'’]|_")
# "heyyyy" is "hey", but "good" stays "good".
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")


class SmallTalk:
    """The skill of talking about nothing in particular."""

    def __init__(
        self, intents: Sequence[tuple[Sequence[str], Sequence[str]]], fillers: Sequence[str]
    ) -> None:
        """Know intents, each its cues and its replies: the more telling first, last one for all else."""
        self._replies = [tuple(replies) for _, replies in intents]
        self._rank = {cue: rank for rank, (cues, _) in enumerate(intents) for cue in cues}
        self._cues = _any_of(self._rank)
        self._fillers = _any_of(fillers)

    @classmethod
    def load(cls, path: Path = _PROMPT) -> SmallTalk:
        """Read the intents of the project."""
        data = read_yaml(path)
        return cls([(each["cues"], each["replies"]) for each in data["intents"]], data["fillers"])

    def understands(self, text: str) -> bool:
        """Whether a message is nothing but small talk of a known kind, or has no words at all."""
        said = _said(text)
        return not self._fillers.sub(" ", self._cues.sub(" ", said)).strip() and (
            not said.strip() or self._cues.search(said) is not None
        )

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Say something fitting; the replies of an intent take turns."""
        replies = self._replies[self._intent(message.text)]
        said = sum(turn.reply.text in replies for turn in turns)
        return Reply("chat", replies[said % len(replies)])

    def _intent(self, text: str) -> int:
        """Number the intent of a message: the last one, where it has no cue."""
        cues = self._cues.findall(_said(text))
        return min((self._rank[cue] for cue in cues), default=len(self._replies) - 1)


def _said(text: str) -> str:
    """Return the words of a text as cues are written."""
    return _DRAWN_OUT.sub(r"\1", _NOT_SAID.sub(" ", text.casefold().replace("’", "'")))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'])")
