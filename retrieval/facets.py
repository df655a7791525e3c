"""What somebody says → the facets of roles it speaks of, by words and by meaning."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.library import Library, Vectors
from knowledge.roles import Facet, Roles, load_asides
from retrieval.classifier import TextClassifier
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.kept import encode_once
from retrieval.wording import Wording

# How much nearer examples count for more: the weight of an example is the exponential of this
# times its likeness (cosine of distinct vectors). Tried on the self-descriptions that may be looked
# at: from 11 to 15 made no difference.
_SHARPNESS = 13.0
# A share this small is what any text has of every facet.
_NOISE = 0.02
# A share is hardly ever whole, as facets overlap: from this one on a text speaks of nothing else.
_WHOLE = 0.5
# A facet is as near as so many of its examples: the more there are, the more ways of speaking it is known
# by, and those that speak otherwise do not count against it.
_NEAREST = 3
# Which role a text speaks of is told by all examples of all roles rather than by the nearest; the nearest
# have so much less of a say. Tried like the sharpness: from 0.6 to 0.8 made little difference.
_LEARNT = 0.7
# What is merely like a facet counts for less where another is named.
_BESIDE_NAMED = 0.5
# What one can do and where one has worked must be said; likeness alone would make up skills.
_SAID = 0.5
_MUST_BE_SAID = frozenset({"skill", "domain"})
# Shorter aliases tell a model of meaning too little.
_TELLING_LETTERS = 4
# A word that means the facet wherever it occurs.
_NAMED = 1.0

_WORD = re.compile(r"[^\W_]+(?:[’'/][^\W_]+)*[+#]*")
# Words that would be in any bag. Fewer than elsewhere: “why”, “what” and “people” tell roles apart.
_IN_ANY = """
    a an the of to in on at for by and or is are was were be been am it its this that i my me we our
    you your with as so do did does have has had just really very some any all more most s t m d ll re
    ve im ive id
"""
_EMPTY = frozenset(_IN_ANY.split())


@dataclass(frozen=True, slots=True)
class Match:
    """A facet that a text speaks of; `strength` is from 0 to 1."""

    facet: Facet
    strength: float


class Facets:
    """Finds the facets of every role in what people say.

    A text's share of a facet is that of the facet's examples among all examples near it, each
    weighed by its likeness (a kernel classifier: Nadaraya, Watson, 1964). How much of it goes to each
    role is for the most part learnt. Asides are examples of what speaks of none.
    """

    def __init__(
        self,
        facets: Sequence[Facet],
        texts: Sequence[str],
        vectors: Vectors,
        embeddings: SentenceEmbeddings,
        wording: Wording,
    ) -> None:
        """Know facets by their aliases and by texts, theirs and then the asides, with the texts' vectors."""
        self._facets = tuple(facets)
        self._names = _Names(facets)
        counts = [len(_texts(facet)) for facet in facets]
        self._ends = np.cumsum(counts)
        self._field = Field.of(vectors[: self._ends[-1]])
        self._vectors = self._field.distinct(vectors)
        sides = list(dict.fromkeys(map(_side, facets)))
        self._sides = np.array([*(sides.index(_side(facet)) for facet in facets), len(sides)])
        kinds = np.repeat(self._sides, [*counts, len(texts) - sum(counts)]).tolist()
        self._classifier = TextClassifier(texts, self._vectors, kinds)
        self._must_be_said = np.array([facet.kind in _MUST_BE_SAID for facet in facets])
        self._embeddings = embeddings
        self._wording = wording

    @classmethod
    async def open(
        cls,
        roles: Roles,
        embeddings: SentenceEmbeddings,
        wording: Wording,
        library: Library | None = None,
    ) -> Self:
        """Encode what is said of every facet, and of none; a library keeps that for the next time."""
        facets, asides = [facet for role in roles for facet in role.facets], load_asides()
        said = [*(text for facet in facets for text in _texts(facet)), *asides]
        texts = wording.read_all(said)
        bags = [_bag(text) for text in texts]
        vectors = await (encode_once(bags, library, embeddings) if library else embeddings.aencode(bags))
        # The classifier learns for a second or two.
        return await asyncio.to_thread(cls, facets, texts, vectors, embeddings, wording)

    async def matches(self, topics: Sequence[str]) -> list[tuple[Match, ...]]:
        """Return for each text the facets it speaks of, strongest first."""
        if not topics:
            return []
        texts = await asyncio.to_thread(self._wording.read_all, topics)
        bags = [_bag(text) for text in texts]
        vectors = await self._embeddings.aencode(bags)
        return await asyncio.to_thread(self._matched, topics, texts, bags, vectors)

    def _matched(
        self, topics: Sequence[str], texts: Sequence[str], bags: Sequence[str], vectors: Vectors
    ) -> list[tuple[Match, ...]]:
        vectors = self._field.distinct(vectors)
        learnt = self._classifier.shares(texts, vectors)
        return [
            self._match(topic, text, self._shares(vector, of_sides)) if bag else ()
            for topic, text, bag, vector, of_sides in zip(topics, texts, bags, vectors, learnt, strict=True)
        ]

    def _shares(self, vector: Vectors, learnt: Vectors) -> Vectors:
        """A text's share of each facet: of the roles as learnt, within a role by the nearest examples."""
        weights = np.exp(_SHARPNESS * (self._vectors @ vector))
        nearest = np.array([np.sort(each)[-_NEAREST:].sum() for each in np.split(weights, self._ends)])
        share = nearest / nearest.sum()
        near = np.bincount(self._sides, share)
        sides = (1 - _LEARNT) * near + _LEARNT * learnt
        # What either takes for an aside is one.
        telling = (1 - max(near[-1], learnt[-1])) / (1 - sides[-1])
        shares: Vectors = share[:-1] * (telling * sides / near)[self._sides[:-1]]
        return shares

    def _match(self, topic: str, read: str, shares: Vectors) -> tuple[Match, ...]:
        named = self._names.among(topic.casefold()) | self._names.among(read.casefold())
        is_named = np.array([number in named for number in range(len(self._facets))])
        strength = np.clip((shares - _NOISE) / (_WHOLE - _NOISE), 0.0, _NAMED)
        if named:
            strength *= _BESIDE_NAMED
        strength[self._must_be_said & (strength < _SAID)] = 0.0
        strength[is_named] = _NAMED
        found = [Match(self._facets[n], round(float(strength[n]), 4)) for n in np.flatnonzero(strength)]
        return tuple(sorted(found, key=lambda match: -match.strength))


class _Names:
    """The aliases of all facets; where two overlap the one that begins first or is longer is meant."""

    def __init__(self, facets: Sequence[Facet]) -> None:
        owners: dict[str, set[int]] = {}
        for number, facet in enumerate(facets):
            for alias in facet.aliases:
                owners.setdefault(alias, set()).add(number)
        aliases = sorted(owners, key=len, reverse=True)
        self._owners = [frozenset(owners[alias]) for alias in aliases]
        choices = "|".join(f"({_pattern(alias)})" for alias in aliases)
        self._any = re.compile(rf"(?<![\w+#])(?:{choices})(?![\w+#])")

    def among(self, text: str) -> frozenset[int]:
        """Return the numbers of the facets that a text, in lower case, names."""
        found = (self._owners[(match.lastindex or 1) - 1] for match in self._any.finditer(text))
        return frozenset().union(*found)


def _pattern(alias: str) -> str:
    if alias.startswith("="):
        return rf"(?<!\w )(?<!\w){re.escape(alias[1:])}(?=\W*$)"
    return re.escape(alias).replace(r"\*", r"\w*")


def _side(facet: Facet) -> tuple[str, bool]:
    """What speaks for a role, and what speaks for it if it is disliked, are two things to tell apart."""
    return facet.role_id, facet.disliked


def _texts(facet: Facet) -> tuple[str, ...]:
    """What a facet is known by: examples, its name, what the guide says, and whole aliases."""
    return (*facet.examples, facet.name, facet.says, *_whole(facet.aliases))


def _whole(aliases: Sequence[str]) -> Iterator[str]:
    return (
        alias for alias in aliases if alias[0] != "=" and "*" not in alias and len(alias) >= _TELLING_LETTERS
    )


def _bag(text: str) -> str:
    """A text's telling words in a fixed order, so that the order they are said in does not matter."""
    return " ".join(sorted(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY))
