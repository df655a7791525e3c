"""What people said to each other, written down → questions as headings, and what was answered.

A transcript names who speaks at the head of each turn, on the same line or on one of its
own. Names say nothing about what a turn is about; the question before it does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import sentencex

from knowledge.loaders.document import Block

_NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}"
_CLOCK = r"[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?"
_LABELLED = re.compile(rf"^(?:<v )?(?P<name>{_NAME})(?: \([^)]*\))?(?: {_CLOCK})?(?::|>)\s*(?P<said>\S.*)$")
_ALONE = re.compile(rf"^(?P<name>{_NAME})(?: \([^)]*\))?(?:\s+{_CLOCK})?:?$")
# “[music]”, “(laughs)”: what was heard, and nobody said.
_HEARD = re.compile(
    r"\[[^\]]{1,40}\]|</?v[^>]*>"
    r"|\((?:laugh|applau|music|inaudible|crosstalk|pause|sigh|cough|silence|cheer)[^)]{0,40}\)",
    re.IGNORECASE,
)
_STALLING = re.compile(
    r"^(?:(?:um+|uh+|er+m?|hm+|so|and|but|well|right|ok(?:ay)?|yeah|yes|now|great|thank you|thanks)\b"
    r"[\s,.!…–-]*)+",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
# A label that stands twice may be a speaker; two who speak by turns, in whole sentences and asking
# each other, are a conversation and no list of labels.
_LEAST_TURNS, _LEAST_SPEAKERS, _LEAST_QUESTIONS = 2, 2, 2
_MOSTLY = 0.6
_LEAST_SHARE = 0.25
_MOST_HEADING_WORDS = 16
# Who asks in half of the turns leads the conversation. Of what else they say, so many words put a
# subject to the other; fewer only show that they listen.
_LEADING = 0.5
_LEAST_PROMPT_WORDS = 4
_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the next one does, by paragraphs."""

    speaker: str
    said: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """Whether it ends in a question."""
        return bool(self.said) and self.said[-1].endswith("?")


def turns_of(lines: Sequence[str]) -> list[Turn]:
    """Cut lines into turns; none where they are no transcript."""
    named = Counter(name for line in lines if (name := _named(line)[0]))
    speakers = {name for name, count in named.items() if count >= _LEAST_TURNS}
    turns = [replace(turn, said=_spoken(turn.said)) for turn in _cut(lines, speakers)]
    spoken = [turn for turn in turns if turn.speaker and turn.said]
    ended = sum(_END.search(turn.said[-1]) is not None for turn in spoken)
    conversing = (
        len(speakers) >= _LEAST_SPEAKERS
        and len(spoken) >= _LEAST_SHARE * len(lines)
        and ended >= _MOSTLY * len(spoken)
        and sum(turn.asks for turn in spoken) >= _LEAST_QUESTIONS
    )
    return [turn for turn in turns if turn.said] if conversing else []


def blocks_of_turns(turns: Sequence[Turn]) -> Iterator[Block]:
    """Yield a heading for each question that somebody else answers, and the rest as paragraphs.

    “You must have had some bad nights.” is as good as a question from who leads the conversation.
    """
    following = [*(after for _, after in pairwise(turns)), None]
    leaders = _leaders(turns)
    for turn, after in zip(turns, following, strict=True):
        *before, last = turn.said
        yield from (Block("paragraph", each) for each in before)
        prompts = turn.asks or (turn.speaker in leaders and _is_prompt(last))
        if prompts and after is not None and after.speaker != turn.speaker:
            yield from _question(last)
        else:
            yield Block("paragraph", last)


def _leaders(turns: Sequence[Turn]) -> set[str]:
    spoken = Counter(turn.speaker for turn in turns)
    asking = Counter(turn.speaker for turn in turns if turn.asks)
    return {speaker for speaker, count in asking.items() if count >= _LEADING * spoken[speaker]}


def _is_prompt(said: str) -> bool:
    return _LEAST_PROMPT_WORDS <= len(_STALLING.sub("", said).split()) <= _MOST_HEADING_WORDS


def _question(said: str) -> Iterator[Block]:
    if len(said.split()) > _MOST_HEADING_WORDS:
        *before, said = (sentence.strip() for sentence in sentencex.segment("en", said) if sentence.strip())
        if before:
            yield Block("paragraph", " ".join(before))
    asked = (_STALLING.sub("", said) or said).removesuffix(".")
    yield Block("heading", f"{asked[0].upper()}{asked[1:]}", _LEVEL)


def _cut(lines: Sequence[str], speakers: set[str]) -> Iterator[Turn]:
    speaker, said = "", list[str]()
    for line in lines:
        name, rest = _named(line)
        if name in speakers:
            yield Turn(speaker, tuple(said))
            speaker, said = name, [rest]
        else:
            said.append(line)
    yield Turn(speaker, tuple(said))


def _named(line: str) -> tuple[str, str]:
    """Return who speaks from here on and what stands on the same line; no name where none does."""
    if labelled := _LABELLED.match(line):
        return labelled["name"], labelled["said"]
    alone = _ALONE.match(line)
    return (alone["name"], "") if alone else ("", line)


def _spoken(said: Sequence[str]) -> tuple[str, ...]:
    heard = (" ".join(_HEARD.sub(" ", each).split()) for each in said)
    return tuple(each for each in heard if each)
