"""What somebody says → the facets of roles it speaks of, by words and by meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.library import Vectors
from knowledge.roles import Facet, Roles
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.wording import Wording, content_words

# Likeness (cosine of distinct vectors) below which a text and an example share no more than the
# subject of work, and from which they say the same.
_UNRELATED = 0.3
_SAME = 0.6
# What is so much less like than the nearest facet is not meant.
_NEAREST_BY = 0.08
# Shorter aliases tell a model of meaning too little.
_TELLING_LETTERS = 4
# A word that means the facet wherever it occurs.
_NAMED = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """A facet that a text speaks of; `strength` is from 0 to 1."""

    facet: Facet
    strength: float


class Facets:
    """Finds the facets of every role in what people say."""

    def __init__(
        self, facets: Sequence[Facet], vectors: Vectors, embeddings: SentenceEmbeddings, wording: Wording
    ) -> None:
        """Know facets by their aliases, and by the vectors of their texts in order."""
        self._facets = tuple(facets)
        self._names = [_pattern(facet.aliases) for facet in facets]
        self._field = Field.of(vectors)
        self._vectors = self._field.distinct(vectors)
        self._owner = np.repeat(np.arange(len(facets)), [len(_texts(facet)) for facet in facets])
        self._embeddings = embeddings
        self._wording = wording

    @classmethod
    async def open(cls, roles: Roles, embeddings: SentenceEmbeddings, wording: Wording) -> Self:
        """Encode what is said of every facet."""
        facets = [facet for role in roles for facet in role.facets]
        texts = [_bag(text) for facet in facets for text in _texts(facet)]
        return cls(facets, await embeddings.aencode(texts), embeddings, wording)

    async def matches(self, topics: Sequence[str]) -> list[tuple[Match, ...]]:
        """Return for each text the facets it speaks of, strongest first."""
        vectors = await self._embeddings.aencode([_bag(self._wording.read(topic)) for topic in topics])
        return [self._match(topic, vector) for topic, vector in zip(topics, vectors, strict=True)]

    def _match(self, topic: str, vector: Vectors) -> tuple[Match, ...]:
        said = f"{topic} | {self._wording.read(topic)}".casefold()
        named = np.array([bool(name and name.search(said)) for name in self._names])
        likeness = np.zeros(len(self._facets), np.float32)
        np.maximum.at(likeness, self._owner, self._vectors @ self._field.distinct(vector))
        near = (likeness - _UNRELATED) / (_SAME - _UNRELATED)
        near[likeness < likeness.max() - _NEAREST_BY] = 0.0
        if named.any():
            # What is named is meant; what is merely like it must be like it indeed.
            near[~named & (likeness < _SAME)] = 0.0
        strength = np.where(named, _NAMED, np.clip(near, 0.0, _NAMED))
        found = [Match(self._facets[n], round(float(strength[n]), 4)) for n in np.flatnonzero(strength)]
        return tuple(sorted(found, key=lambda match: -match.strength))


def _texts(facet: Facet) -> tuple[str, ...]:
    """What a facet is known by: examples, its name, what the guide says, and whole aliases."""
    return (*facet.examples, facet.name, facet.says, *(alias for alias in facet.aliases if _is_whole(alias)))


def _is_whole(alias: str) -> bool:
    return "*" not in alias and len(alias) >= _TELLING_LETTERS


def _bag(text: str) -> str:
    """A text's telling words in a fixed order, so that the order they are said in does not matter."""
    return " ".join(sorted(content_words(text))) or text


def _pattern(aliases: Iterable[str]) -> re.Pattern[str] | None:
    words = [re.escape(alias).replace(r"\*", r"\w*") for alias in sorted(aliases, key=len, reverse=True)]
    return re.compile(rf"(?<![\w+#])(?:{'|'.join(words)})(?![\w+#])") if words else None
