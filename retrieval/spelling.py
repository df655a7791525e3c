"""Words, how common each is, and which of them a misspelt one is nearest to.

Between two words so many slips apart there is a limit to how their letters can differ, and all words
are compared by their letters at once. The few that remain are compared letter by letter. Looking a word
up takes a millisecond or two, and nothing needs to be prepared: an index of all that could be typed for
eighty thousand words takes seconds to build, and most of the memory of the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Self

import numpy as np
from numpy.typing import NDArray
from symspellpy.editdistance import DistanceAlgorithm, EditDistance

_ENGLISH = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
# A letter put for another takes one away and brings one; other slips change less.
_BITS_A_SLIP = 2
_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Spelt:
    """A word, its distance from what was typed, in slips, and how often it stands in texts."""

    word: str
    distance: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Words beside each other: how long each is, a bit for each letter it has, and for each it has twice."""

    words: list[str]
    lengths: NDArray[np.int64]
    letters: NDArray[np.uint64]

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        listed = list(words)
        lengths = np.array([len(word) for word in listed], dtype=np.int64)
        # Letters that share a number let a few words more through, and keep none out.
        numbers = np.frombuffer("".join(listed).encode("utf-32-le"), dtype="<u4") % _LETTERS
        places = np.repeat(np.arange(len(listed)), lengths) * _LETTERS + numbers
        counts = np.bincount(places, minlength=len(listed) * _LETTERS).reshape(-1, _LETTERS)
        bits = np.packbits(np.concatenate([counts >= 1, counts > 1], axis=1), axis=1)
        return cls(listed, lengths, bits.view(np.uint64).ravel())

    def near(self, word: str, most: int) -> Iterator[list[str]]:
        """Yield the words that may be 1 slip away from a word, those that may be 2 away, up to `most`."""
        own = _Table.of([word])
        differing = np.bitwise_count(self.letters ^ own.letters)
        longer = np.abs(self.lengths - own.lengths)
        for slips in range(1, most + 1):
            fits = (differing <= _BITS_A_SLIP * slips) & (longer <= slips)
            yield [self.words[number] for number in np.flatnonzero(fits)]


class Spelling:
    """A dictionary that learns."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        """Know these words, in lower case, and how common each is."""
        self._counts = dict(counts or {})
        self._table = _Table.of(())

    def __contains__(self, word: str) -> bool:
        """Whether it knows a word."""
        return word in self._counts

    def count(self, word: str) -> int:
        """Say how common a word is, 0 if it is not known."""
        return self._counts.get(word, 0)

    def learn(self, word: str, count: int) -> None:
        """Take a word as rightly spelt, and as so much more common."""
        self._counts[word] = self.count(word) + count

    def nearest(self, word: str, most: int) -> Spelt | None:
        """Return the word nearest to one that is not known, of several the commonest; `most` slips away.

        A slip is a letter too many, too few or wrong, or two that are swapped.
        """
        table, counts = self._table, self._counts
        # Words come, while others are looked up, and none goes.
        if len(table.words) != len(counts):
            table = self._table = _Table.of(list(counts))
        distance = EditDistance(DistanceAlgorithm.DAMERAU_OSA)
        for slips, near in enumerate(table.near(word, most), 1):
            for each in sorted(near, key=lambda word: (-counts[word], word)):
                if distance.compare(word, each, slips) == slips:
                    return Spelt(each, slips, counts[each])
        return None


@cache
def english_words() -> Mapping[str, int]:
    """Return the words of the English dictionary of symspellpy, and how common each is."""
    lines = _ENGLISH.read_text(encoding="utf-8-sig").splitlines()
    return {word: int(count) for word, count in (line.split() for line in lines if line)}
