"""Sentences in each of which one word was swapped, so that it is known which word is wrong.

The word that comes in has the ending of the word that goes, is somewhat like it, and stands nowhere in
the passage. Names and figures stay: rules see to those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from knowledge.library import StoredChunk, Vectors
from retrieval.claims import Reader
from retrieval.evidence import Evidence
from retrieval.wording import content_spans

_ENDINGS = ("ing", "ed", "ly", "tion", "ions", "ity", "ment", "ive", "al", "er", "ers", "ies", "es", "s", "")
_SHORTEST = 4
# Likeness of the two words: less is nonsense, more may mean the same.
_FROM, _TO = 0.2, 0.62
# Among those, likelier words are drawn more often.
_SHARPNESS = 4.0
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Swap:
    """A sentence, the passage that bore it out before, and which of its telling words came in."""

    sentence: str
    chunk: StoredChunk
    word: int


class Swapper:
    """Swaps words by a vocabulary, alike in every run."""

    def __init__(self, vocabulary: Sequence[str], vectors: Vectors, reader: Reader) -> None:
        """Draw from words, each with the vector of its meaning."""
        self._words = list(vocabulary)
        self._vectors = vectors
        self._numbers = {word: number for number, word in enumerate(self._words)}
        self._stems = [reader.stem(word) for word in self._words]
        self._endings = np.array([_ending(word) for word in self._words])
        self._reader = reader
        self._random = np.random.default_rng(0)

    def swaps(self, sentence: str, chunk: StoredChunk, most: int) -> Iterable[Swap]:
        """Yield up to so many sentences, each with another word swapped."""
        text = self._reader.read(sentence).text
        spans = content_spans(text)
        order = (int(number) for number in self._random.permutation(len(spans)))
        known = [number for number in order if text[slice(*spans[number])].casefold() in self._numbers]
        stems = Evidence.of([chunk], self._reader).stems | self._reader.read(sentence).stems
        for number in islice(known, most):
            start, end = spans[number]
            word = self._other(text[start:end].casefold(), stems)
            if word:
                put = word.capitalize() if text[start].isupper() else word
                yield Swap(f"{text[:start]}{put}{text[end:]}", chunk, number)

    def _other(self, word: str, stems: frozenset[str]) -> str | None:
        likeness = self._vectors @ self._vectors[self._numbers[word]]
        fitting = (likeness > _FROM) & (likeness < _TO) & (self._endings == _ending(word))
        numbers = [number for number in np.flatnonzero(fitting) if self._stems[number] not in stems]
        if len(numbers) < _FEWEST:
            return None
        chances = np.exp(_SHARPNESS * likeness[numbers])
        return self._words[int(self._random.choice(numbers, p=chances / chances.sum()))]


def vocabulary(texts: Iterable[str], reader: Reader) -> list[str]:
    """List the telling words of texts, without names, figures and short words."""
    found: dict[str, bool] = defaultdict(bool)
    for claim in map(reader.read, texts):
        for word in claim.surfaces:
            found[word] |= word in claim.names
    return sorted(
        word for word, named in found.items() if word.isalpha() and len(word) >= _SHORTEST and not named
    )


def _ending(word: str) -> str:
    return next(ending for ending in _ENDINGS if word.endswith(ending))
