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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from knowledge.library import Library, Vectors
from retrieval.answer import Passage
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field, spread_of
from retrieval.lexical import WordIndex
from retrieval.wording import Wording

_UNCOVERED = Path(__file__).parent.parent / "knowledge" / "uncovered.yaml"

# Neighbours that vote, and how much nearer a neighbour must be to outvote another
# (a temperature: at 0.07, 0.07 nearer weighs e times as much).
_VOTERS = 40
_TEMPERATURE = 0.07
# Votes are counted as log odds; beyond this share they are sure.
_SURE = 0.005
# What the words add to the votes, and where covered begins: a logistic regression on the
# tuning part of the golden set.
_WORDS_WEIGHT = 0.2
_THRESHOLD = -0.8
# A passage that few questions are written for is judged by what it says. Statements lie further
# from a question than questions do, so they are weighed against the nearest example alone; beside
# the examples there is always what nobody thought of, at this distance. Fitted on the tuning part
# of the golden set over the guides stripped of their questions, over the documents the guides
# were made from, and over tests/added; no library has figures of its own.
_FEW_ASKS = 3
_UNTHOUGHT_OF = 0.55
_EXAMPLE_WEIGHT = 1.3
_STATEMENT_THRESHOLD = -0.36
# A word seen in no text counts as seen in this share of them; no word decides alone.
_UNSEEN = 0.0003
_MOST_FOR = 2.0
_MOST_AGAINST = 3.0
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


class Judge:
    """Weighs the guides against examples of what they leave open."""

    def __init__(self, aspects: Sequence[Aspect], vectors: Vectors, words: Sequence[Sequence[str]]) -> None:
        """Take the aspects, and for each of their examples, in order, its vector and words."""
        self._owners = [aspect for aspect in aspects for _ in aspect.examples]
        self._vectors = vectors
        self._spread = spread_of(words)
        self._field: Field | None = None
        self._distinct = vectors

    def covered(self, reading: Reading, passages: Sequence[Passage], field: Field) -> bool:
        """Whether the passages found for a question answer it, in the `field` of the library."""
        return self.lean(reading, passages, field) >= 0

    def lean(self, reading: Reading, passages: Sequence[Passage], field: Field) -> float:
        """Weigh a question: above 0 it leans to the guides, below to the examples."""
        if field is not self._field:
            self._field, self._distinct = field, field.distinct(self._vectors)
        guides = np.concatenate([passage.vectors @ reading.vector for passage in passages])
        examples = self._distinct @ reading.vector
        nearest = np.argsort(-examples)[:_VOTERS]
        open_ones = [n for n in nearest if not self._owners[n].answered_by(passages[:_READ])]
        if any(self._owners[n].asked_by(reading.text) for n in open_ones[:_NEAREST_ASPECTS]):
            return -math.inf
        against = [examples[n] for n in open_ones]
        votes = _log_odds(_share(guides, np.array(against)))
        lean = votes + _WORDS_WEIGHT * self._lean_of_words(reading.words, field) - _THRESHOLD
        return max(lean, _lean_of_statements(reading, passages, max(against, default=0.0)))

    def _lean_of_words(self, words: Sequence[str], field: Field) -> float:
        """Sum over the words how much commoner each is in the guides than in the examples."""
        lean = 0.0
        for word in words:
            in_guides, in_examples = field.spread.get(word, 0.0), self._spread.get(word, 0.0)
            if in_guides or in_examples:
                ratio = math.log((in_guides + _UNSEEN) / (in_examples + _UNSEEN))
                lean += min(max(ratio, -_MOST_AGAINST), _MOST_FOR)
        return lean


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: its distinct vector, and what the person asks, as words too."""

    vector: Vectors
    text: str
    words: Sequence[str]


def _lean_of_statements(reading: Reading, passages: Sequence[Passage], example: float) -> float:
    """Weigh what passages without questions of their own say against the nearest `example`."""
    nearest = max(
        (float((p.vectors @ reading.vector).max()) for p in passages if len(p.chunk.asks) < _FEW_ASKS),
        default=-math.inf,
    )
    return nearest - _EXAMPLE_WEIGHT * max(example, _UNTHOUGHT_OF) - _STATEMENT_THRESHOLD


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
    library: Library, embeddings: SentenceEmbeddings, wording: Wording, words: WordIndex
) -> Judge:
    """Open the judge with the project's examples, encoding them only when they are new."""
    aspects = load_aspects()
    texts = [wording.read(example) for aspect in aspects for example in aspect.examples]
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    vectors = await library.kept_vectors(embeddings.fingerprint, digest, len(texts))
    if vectors is None:
        vectors = await asyncio.to_thread(embeddings.encode, texts)
        await library.keep_vectors(embeddings.fingerprint, {digest: vectors})
    return Judge(aspects, vectors, [words.terms(text) for text in texts])


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
