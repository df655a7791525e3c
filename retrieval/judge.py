"""Whether the guides cover a question, decided before anything is said.

A question about pay lies near every passage about jobs, so nearness to the guides is not
enough. The judge asks where a question lies nearer: to what the guides say and are asked
for, or to known examples of questions that they do not answer (`knowledge/uncovered.yaml`).
An example stops counting as soon as a passage found holds what its answer would need, so
that a guide added later on pay is not refused.
"""

from __future__ import annotations

import asyncio
import math
import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.library import Library, Vectors
from knowledge.yamls import read_yaml
from retrieval.answer import Passage
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.kept import encode_once
from retrieval.meaning import Meaning
from retrieval.phrasing import Phrasing
from retrieval.reading import Reading
from retrieval.statements import lean_of_statements
from retrieval.wording import Wording

_UNCOVERED = Path(__file__).parent.parent / "knowledge" / "uncovered.yaml"

# Neighbours that vote, and how much nearer a neighbour must be to outvote another
# (a temperature: at 0.07, 0.07 nearer weighs e times as much).
_VOTERS = 40
_TEMPERATURE = 0.07
# Votes are counted as log odds; beyond this share they are sure.
_SURE = 0.005
# What is weighed, and where covered begins: a logistic regression on the tuning part of the golden
# set (tests/golden/fit_judge.py). Cross-validation refuses 0.967 of open questions and 0.017 of covered
# ones, about as far within either bar.
_VOTES_WEIGHT = 0.73
_PHRASING_WEIGHT = 1.82
_MEANING_WEIGHT = 1.72
_NAMED_WEIGHT = -2.46
_BIAS = 1.8
# A question that names the aspect of one of its nearest examples asks for that.
_NEAREST_ASPECTS = 3
# Fields kept in mind: the live edition's, and that of one which is proposed.
_FIELDS = 2
# Passages in which the evidence for an answer is looked for.
_READ = 4
_NEAR_NUMBER = (
    r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozens?|hundreds?|thousands?)"
    r"\W+(?:\w+\W+)?"
)


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something people ask for: examples, the words it is asked with, and those of an answer."""

    name: str
    examples: tuple[str, ...]
    cue: re.Pattern[str] | None
    evidence: re.Pattern[str] | None

    def asked_by(self, text: str) -> bool:
        """Whether a question asks for it by name."""
        return self.cue is not None and self.cue.search(text) is not None

    def answered_by(self, passages: Sequence[Passage]) -> bool:
        """Whether one of the passages holds what an answer needs."""
        return self.evidence is not None and any(
            self.evidence.search(unit.text) for passage in passages for unit in passage.chunk.units
        )


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for the guides (above 0) or against: neighbours' votes, wording, meaning.

    `named` is whether the question names what one of its nearest examples asks for.
    """

    votes: float
    phrasing: float
    meaning: float
    named: bool

    @property
    def lean(self) -> float:
        """All of it, weighed: from 0 on the guides cover the question."""
        signs = _VOTES_WEIGHT * self.votes + _PHRASING_WEIGHT * self.phrasing
        return signs + _MEANING_WEIGHT * self.meaning + _NAMED_WEIGHT * self.named + _BIAS


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """What the judge knows of a field: its questions as read, their meaning and how they are put.

    `examples` are the examples' vectors, distinct in it.
    """

    field: Field
    asks: Sequence[str]
    examples: Vectors
    meaning: Meaning
    phrasing: Phrasing


@dataclass(frozen=True, slots=True, eq=False)
class _Against:
    """What speaks against covering a question: how near the examples are that are still open.

    `question` is its vector told apart, as the examples are for `likeness`; `example` is how near the
    nearest one is in its distinct vector. `named` is as in Signs.
    """

    study: _Study
    question: Vectors
    likeness: Vectors
    example: float
    named: bool


class Judge:
    """Weighs the guides against examples of what they leave open."""

    def __init__(
        self, aspects: Sequence[Aspect], texts: Sequence[str], vectors: Vectors, wording: Wording
    ) -> None:
        """Take the aspects, and for each of their examples, in order, its text as read and its vector."""
        self._aspects = aspects
        self._owners = [aspect for aspect in aspects for _ in aspect.examples]
        self._numbers = [number for number, aspect in enumerate(aspects) for _ in aspect.examples]
        self._examples = texts
        self._vectors = vectors
        self._wording = wording
        self._studies: deque[_Study] = deque(maxlen=_FIELDS)
        self._studying = threading.Lock()

    def reading_by(self, wording: Wording) -> Judge:
        """Return a judge of the same examples who reads by other words."""
        return Judge(self._aspects, self._examples, self._vectors, wording)

    def study(self, field: Field) -> None:
        """Get to know a field, unless it is known: a second of work, for a worker thread."""
        with self._studying:
            if self._known(field) is None:
                asks = self._wording.read_all(field.asks)
                examples = field.distinct(self._vectors)
                meaning = Meaning(field.vectors, field.sections, examples, self._numbers)
                self._studies.append(_Study(field, asks, examples, meaning, Phrasing(asks, self._examples)))

    def _known(self, field: Field) -> _Study | None:
        return next((study for study in tuple(self._studies) if study.field is field), None)

    def lean(self, reading: Reading, passages: Sequence[Passage], field: Field) -> float:
        """Weigh a question in a field studied before: from 0 on the passages found cover it."""
        against = self._against(reading, passages, field)
        signs = _signs(reading, passages, against)
        statements = lean_of_statements(passages, reading, against.example, named=against.named)
        return max(signs.lean, statements) if signs else statements

    def signs(self, reading: Reading, passages: Sequence[Passage], field: Field) -> Signs | None:
        """See what is weighed for a question; nothing where the library's texts are asked nothing."""
        return _signs(reading, passages, self._against(reading, passages, field))

    def _against(self, reading: Reading, passages: Sequence[Passage], field: Field) -> _Against:
        """Find the examples nearest to a question which no passage found answers by now."""
        if (study := self._known(field)) is None:
            raise LookupError("study() the field before judging in it")
        question = study.meaning.told_apart(reading.vector)
        likeness = study.meaning.negative @ question
        nearest = np.argsort(-likeness)[:_VOTERS]
        # Neighbours share a few aspects, and reading the passages takes its time.
        aspects = {id(self._owners[n]): self._owners[n] for n in nearest}
        answered = {each for each, aspect in aspects.items() if aspect.answered_by(passages[:_READ])}
        still_open = [int(n) for n in nearest if id(self._owners[n]) not in answered]
        named = any(self._owners[n].asked_by(reading.text) for n in still_open[:_NEAREST_ASPECTS])
        example = float((study.examples[still_open] @ reading.vector).max(initial=0.0))
        return _Against(study, question, likeness[still_open], example, named)


def _signs(reading: Reading, passages: Sequence[Passage], against: _Against) -> Signs | None:
    study, question = against.study, against.question
    if not study.asks:
        return None
    asked = np.concatenate([p.vectors[: 1 + len(p.chunk.asks)] for p in passages[:_READ]])
    # What several roles' guides are asked in the same words has one vote.
    guides = np.unique((study.meaning.told_apart(asked) @ question).round(5))
    # Where the examples nearby are answered by now, what they are like says nothing either.
    share = len(against.likeness) / _VOTERS
    return Signs(
        votes=_log_odds(_share(guides, against.likeness)),
        phrasing=share * study.phrasing.lean(reading.text),
        meaning=share * study.meaning.lean(question),
        named=against.named,
    )


def _share(guides: Vectors, examples: Vectors) -> float:
    """Return the guides' share of the nearest neighbours' votes, from 0 to 1."""
    both = np.concatenate([guides, examples])
    nearest = np.argsort(-both)[:_VOTERS]
    votes = np.exp((both[nearest] - both[nearest[0]]) / _TEMPERATURE)
    return float(votes[nearest < len(guides)].sum() / votes.sum())


def _log_odds(share: float) -> float:
    share = min(max(share, _SURE), 1 - _SURE)
    return math.log(share / (1 - share))


async def open_judge(
    aspects: Sequence[Aspect],
    library: Library,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    field: Field | None,
) -> Judge:
    """Open a judge with these examples, encoding them only when they are new.

    Where the library has a `field` already, the judge has studied it.
    """
    texts = wording.read_all([example for aspect in aspects for example in aspect.examples])
    vectors = await encode_once(texts, library, embeddings)
    judge = Judge(aspects, texts, vectors, wording)
    if field is not None:
        await asyncio.to_thread(judge.study, field)
    return judge


def load_aspects(path: Path = _UNCOVERED) -> tuple[Aspect, ...]:
    """Read the examples of the project."""
    entries = read_yaml(path)
    return tuple(
        Aspect(
            entry["aspect"],
            tuple(entry["examples"]),
            _any_of([*entry["evidence"], *entry.get("cue", ())]),
            _any_of(entry["evidence"], after=_NEAR_NUMBER if entry.get("number") else ""),
        )
        for entry in entries
    )


def _any_of(words: Sequence[str], after: str = "") -> re.Pattern[str] | None:
    """Match any of the words, right after something if need be; no words match nothing."""
    choices = "|".join(re.escape(word) for word in words)
    return re.compile(rf"\b{after}(?:{choices})\b", re.IGNORECASE) if words else None
