"""Whether the guides cover a question, decided before anything is said.

A question about pay lies near every passage about jobs, so nearness to the guides is not
enough. The judge asks where a question lies nearer: to what the guides say and are asked
for, or to known examples of questions that they do not answer (`knowledge/uncovered.yaml`).
An example stops counting as soon as a passage found holds what its answer would need, so
that a guide added later on pay is not refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from knowledge.library import Library, Vectors
from retrieval.answer import Passage
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.phrasing import Phrasing
from retrieval.wording import Wording

_UNCOVERED = Path(__file__).parent.parent / "knowledge" / "uncovered.yaml"

# Neighbours that vote, and how much nearer a neighbour must be to outvote another
# (a temperature: at 0.07, 0.07 nearer weighs e times as much).
_VOTERS = 40
_TEMPERATURE = 0.07
# Votes are counted as log odds; beyond this share they are sure.
_SURE = 0.005
# What the phrasing adds to the votes, and where covered begins: a logistic regression on
# the tuning part of the golden set.
_PHRASING_WEIGHT = 1.8
_THRESHOLD = -1.2
# A question that names the aspect of one of its nearest examples asks for that.
_NEAREST_ASPECTS = 3
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
class Reading:
    """One way to read a question: its distinct vector, and what the person asks in words."""

    vector: Vectors
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """What the judge knows of a field: the examples' distinct vectors, and how both kinds are put."""

    field: Field
    examples: Vectors
    phrasing: Phrasing


class Judge:
    """Weighs the guides against examples of what they leave open."""

    def __init__(self, aspects: Sequence[Aspect], vectors: Vectors, wording: Wording) -> None:
        """Take the aspects, and for each of their examples, in order, its vector."""
        self._owners = [aspect for aspect in aspects for _ in aspect.examples]
        self._examples = [wording.read(example) for aspect in aspects for example in aspect.examples]
        self._vectors = vectors
        self._wording = wording
        self._study: _Study | None = None
        self._studying = threading.Lock()

    def study(self, field: Field) -> None:
        """Get to know a field, unless it is known: half a second of work, for a worker thread."""
        with self._studying:
            if self._study is None or self._study.field is not field:
                asks = [self._wording.read(ask) for ask in field.asks]
                self._study = _Study(field, field.distinct(self._vectors), Phrasing(asks, self._examples))

    def lean(self, reading: Reading, passages: Sequence[Passage]) -> float:
        """Weigh a question in the field last studied: from 0 on the passages found cover it."""
        if self._study is None:
            raise RuntimeError("study() a field before judging in it")
        guides = np.concatenate([passage.vectors @ reading.vector for passage in passages])
        # What several roles' guides are asked in the same words has one vote.
        guides = np.unique(guides.round(5))
        examples = self._study.examples @ reading.vector
        nearest = np.argsort(-examples)[:_VOTERS]
        open_ones = [n for n in nearest if not self._owners[n].answered_by(passages[:_READ])]
        if any(self._owners[n].asked_by(reading.text) for n in open_ones[:_NEAREST_ASPECTS]):
            return -math.inf
        against = [examples[n] for n in open_ones]
        votes = _log_odds(_share(guides, np.array(against)))
        # Where the examples nearby are answered by now, how they are put says nothing either.
        phrasing = self._study.phrasing.lean(reading.text) * len(open_ones) / len(nearest)
        return votes + _PHRASING_WEIGHT * phrasing - _THRESHOLD


def _share(guides: Vectors, examples: Vectors) -> float:
    """Return the guides' share of the nearest neighbours' votes, from 0 to 1."""
    both = np.concatenate([guides, examples])
    nearest = np.argsort(-both)[:_VOTERS]
    votes = np.exp((both[nearest] - both[nearest[0]]) / _TEMPERATURE)
    return float(votes[nearest < len(guides)].sum() / votes.sum())


def _log_odds(share: float) -> float:
    share = min(max(share, _SURE), 1 - _SURE)
    return math.log(share / (1 - share))


async def load_judge(
    library: Library, embeddings: SentenceEmbeddings, wording: Wording, field: Field | None
) -> Judge:
    """Open the judge with the project's examples, encoding them only when they are new.

    Where the library has a `field` already, the judge has studied it.
    """
    aspects = load_aspects()
    for aspect in aspects:
        for example in aspect.examples:
            wording.learn(example)
    texts = [wording.read(example) for aspect in aspects for example in aspect.examples]
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    vectors = await library.kept_vectors(embeddings.fingerprint, digest, len(texts))
    if vectors is None:
        vectors = await asyncio.to_thread(embeddings.encode, texts)
        await library.keep_vectors(embeddings.fingerprint, {digest: vectors})
    judge = Judge(aspects, vectors, wording)
    if field is not None:
        await asyncio.to_thread(judge.study, field)
    return judge


def load_aspects(path: Path = _UNCOVERED) -> tuple[Aspect, ...]:
    """Read the examples of the project."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Aspect(
            entry["aspect"],
            tuple(entry["examples"]),
            _any_of(entry["evidence"]),
            _any_of(entry["evidence"], after=_NEAR_NUMBER if entry.get("number") else ""),
        )
        for entry in entries
    )


def _any_of(words: Sequence[str], after: str = "") -> re.Pattern[str] | None:
    """Match any of the words, right after something if need be; no words match nothing."""
    choices = "|".join(re.escape(word) for word in words)
    return re.compile(rf"\b{after}(?:{choices})\b", re.IGNORECASE) if words else None
