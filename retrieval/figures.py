"""The figure a question asks for, and the statements that give one.

“How many members has the club?” lies near all that is said of the club. What answers it counts members,
or what means much the same: so much of an answer can be told without knowing what the question is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.library import StoredChunk
from knowledge.yamls import read_yaml
from retrieval.asking import asked_clauses
from retrieval.embeddings import SentenceEmbeddings
from retrieval.prompts import PROMPTS

# Who asks for a figure does so in few words: “a step down in pay” in a story asks for none.
_MOST_WORDS = 16
# Words that name what is counted, and words after a number in which it is looked for.
_NAMING = 2
_COUNTED = 4
# From this likeness on, two words may mean one thing: blokes and men (0.57), those who died and those who
# were lost (0.47). Members and people, who are not always members, are at 0.42.
_ALIKE = 0.4
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class _Figure:
    """A kind of figure: how it is asked for, and how it is given."""

    asked: re.Pattern[str]
    given: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Counting:
    """Reads what a question wants counted, and what a statement counts."""

    asked: re.Pattern[str]
    ends: re.Pattern[str]
    anything: re.Pattern[str]
    number: re.Pattern[str]

    def wanted(self, question: str) -> tuple[str, ...]:
        """Name what a question wants counted; nothing where it is not said, or might be anything."""
        if (found := self.asked.search(question)) is None:
            return ()
        words: list[str] = []
        for word in _WORD.findall(question[found.end() :].casefold())[:_NAMING]:
            if self.ends.fullmatch(word):
                break
            words.append(word)
        return () if words and self.anything.fullmatch(words[0]) else tuple(words)

    def counted(self, statement: str) -> Iterator[str]:
        """Yield the words after each number in a statement, among them what it counts."""
        for number in self.number.finditer(statement):
            yield from _WORD.findall(statement[number.end() :].casefold())[:_COUNTED]


class Figures:
    """Knows figures by how they are asked for and given."""

    def __init__(
        self, embeddings: SentenceEmbeddings, figures: Sequence[_Figure], counting: _Counting
    ) -> None:
        """Compare what is counted by what its words mean."""
        self._embeddings = embeddings
        self._figures = figures
        self._counting = counting

    @classmethod
    def load(cls, embeddings: SentenceEmbeddings) -> Self:
        """Read the figures that the project knows."""
        data = read_yaml(PROMPTS / "figures.yaml")
        parts = {name: data[name] for name in ("number", "between", "time", "length")}
        figures = tuple(
            _Figure(_any_of(each["asked"]), _any_of(_filled(given, parts) for given in each["given"]))
            for each in data["figures"]
        )
        counting = _Counting(
            *(_any_of([data[name]]) for name in ("counted", "counted_ends", "uncounted", "number"))
        )
        return cls(embeddings, figures, counting)

    async def given(self, question: str, chunks: Sequence[StoredChunk]) -> frozenset[str] | None:
        """Return the statements of chunks that give the figure a question asks for.

        Nothing at all where it asks for none, or for something else as well.
        """
        clauses = asked_clauses(question)
        if not chunks or len(clauses) > 1 or len(clauses[0].split()) > _MOST_WORDS:
            return None
        statements = [unit.text for chunk in chunks for unit in chunk.units]
        for figure in self._figures:
            if figure.asked.search(clauses[0]):
                return frozenset(text for text in statements if figure.given.search(text))
        wanted = self._counting.wanted(clauses[0])
        return await self._counting_alike(wanted, statements) if wanted else None

    async def _counting_alike(self, wanted: Sequence[str], statements: Iterable[str]) -> frozenset[str]:
        counted = {text: frozenset(self._counting.counted(text)) for text in statements}
        words = sorted(frozenset[str]().union(*counted.values()))
        vectors = await self._embeddings.aencode([*wanted, *words])
        likeness = vectors[len(wanted) :] @ vectors[: len(wanted)].T
        alike = {words[number] for number in np.flatnonzero(likeness.max(axis=1) >= _ALIKE)}
        return frozenset(text for text, its in counted.items() if its & alike)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _filled(pattern: str, parts: dict[str, str]) -> str:
    """Write out the names that a pattern holds in braces."""
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern
