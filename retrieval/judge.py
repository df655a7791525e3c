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
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.library import Library, Vectors
from retrieval.answer import Passage
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.wording import Wording

_UNCOVERED = Path(__file__).parent.parent / "knowledge" / "uncovered.yaml"

# Neighbours that vote, and how much nearer a neighbour must be to outvote another
# (a temperature: at 0.07, 0.07 nearer weighs e times as much).
_VOTERS = 40
_TEMPERATURE = 0.07
# The share of votes for the guides from which a question counts as covered.
_COVERED_SHARE = 0.3
# Passages in which the evidence for an answer is looked for.
_READ = 4
_NUMBER = r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozens?|hundreds?|thousands?)"


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something people ask for: examples, and the words an answer to it must hold."""

    name: str
    examples: tuple[str, ...]
    evidence: re.Pattern[str] | None

    def answered_by(self, passages: Sequence[Passage]) -> bool:
        """Whether one of the passages holds what an answer needs."""
        return self.evidence is not None and any(
            self.evidence.search(unit.text) for passage in passages for unit in passage.chunk.units
        )


class Judge:
    """Weighs the guides against examples of what they leave open."""

    def __init__(self, aspects: Sequence[Aspect], vectors: Vectors) -> None:
        """Take the aspects and a vector for each of their examples, in order."""
        self._owners = [aspect for aspect in aspects for _ in aspect.examples]
        self._vectors = vectors
        self._field: Field | None = None
        self._distinct = vectors

    def covered(self, query: Vectors, passages: Sequence[Passage], field: Field) -> bool:
        """Whether the passages found for a question answer it.

        `query` is the question's distinct vector in the `field` of the library.
        """
        if field is not self._field:
            self._field, self._distinct = field, field.distinct(self._vectors)
        guides = np.concatenate([field.distinct(p.chunk.vectors) @ query for p in passages])
        examples = self._distinct @ query
        nearest = np.argsort(-examples)[:_VOTERS]
        against = [examples[n] for n in nearest if not self._owners[n].answered_by(passages[:_READ])]
        return _share(guides, np.array(against)) >= _COVERED_SHARE


def _share(guides: Vectors, examples: Vectors) -> float:
    """Return the guides' share of the nearest neighbours' votes, from 0 to 1."""
    both = np.concatenate([guides, examples])
    nearest = np.argsort(-both)[:_VOTERS]
    votes = np.exp((both[nearest] - both[nearest[0]]) / _TEMPERATURE)
    return float(votes[nearest < len(guides)].sum() / votes.sum())


async def load_judge(library: Library, embeddings: SentenceEmbeddings, wording: Wording) -> Judge:
    """Open the judge with the project's examples, encoding them only when they are new."""
    aspects = load_aspects()
    texts = [wording.read(example) for aspect in aspects for example in aspect.examples]
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    vectors = await library.kept_vectors(embeddings.fingerprint, digest, len(texts))
    if vectors is None:
        vectors = await asyncio.to_thread(embeddings.encode, texts)
        await library.keep_vectors(embeddings.fingerprint, {digest: vectors})
    return Judge(aspects, vectors)


def load_aspects(path: Path = _UNCOVERED) -> tuple[Aspect, ...]:
    """Read the examples of the project."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Aspect(entry["aspect"], tuple(entry["examples"]), _evidence(entry)) for entry in entries
    )


def _evidence(entry: dict[str, Any]) -> re.Pattern[str] | None:
    if not entry["evidence"]:
        return None
    words = "|".join(re.escape(word) for word in entry["evidence"])
    if entry.get("number"):
        return re.compile(rf"\b{_NUMBER}\W+(?:\w+\W+)?(?:{words})\b", re.IGNORECASE)
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
