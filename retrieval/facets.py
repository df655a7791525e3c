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
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.kept import encode_once
from retrieval.kinds import Kinds, Texts
from retrieval.wording import Wording

# Within a role nearer examples count for more: the weight of an example is the exponential of this
# times its likeness (cosine of distinct vectors). Tried on the self-descriptions that may be looked
# at: from 11 to 15 made no difference.
_SHARPNESS = 13.0
# A facet is as near as so many of its examples: the more there are, the more ways of speaking it is known
# by, and those that speak otherwise do not count against it.
_NEAREST = 3
# What is merely like a facet counts for less where another is named.
_BESIDE_NAMED = 0.5
# What one can do and where one has worked must be said; likeness alone would make up skills.
_SAID = 0.25
_MUST_BE_SAID = frozenset({"skill", "domain"})
# A share this small tells nothing, however many of them there are.
_NOISE = 0.005
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
    """A facet that a text speaks of; `strength`, from 0 to 1, is how far it speaks of this one alone."""

    facet: Facet
    strength: float


class Facets:
    """Finds the facets of every role in what people say.

    How much of a text goes to each role is learnt from all examples; asides are examples of what speaks
    of none. Within a role a facet's share is that of its examples among those near the text, each
    weighed by its likeness (a kernel classifier: Nadaraya, Watson, 1964).
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
        # Which side each facet is of; asides come after all of them.
        self._of = np.array([sides.index(_side(facet)) for facet in facets])
        kinds = np.repeat([*self._of, len(sides)], [*counts, len(texts) - sum(counts)]).tolist()
        self._kinds = Kinds(Texts.without_form(texts, self._vectors), kinds, in_order=False)
        # Nearness is asked only within a role.
        self._vectors = self._vectors[: self._ends[-1]]
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
        # It learns for a second or two.
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
        sides = self._kinds.shares(Texts.without_form(texts, vectors))
        return [
            self._match(topic, text, vector, of_sides) if bag else ()
            for topic, text, bag, vector, of_sides in zip(topics, texts, bags, vectors, sides, strict=True)
        ]

    def _shares(self, vector: Vectors, sides: Vectors) -> Vectors:
        """A text's share of each facet: of the roles as learnt, within a role by the nearest examples."""
        weights = np.exp(_SHARPNESS * (self._vectors @ vector))
        near = np.array([np.sort(each)[-_NEAREST:].sum() for each in np.split(weights, self._ends[:-1])])
        shares = self._dealt(near, sides)
        unsaid = self._must_be_said & (shares < _SAID)
        # What likeness alone does not make a skill still speaks for the role.
        return self._dealt(np.where(unsaid, 0.0, near), sides)

    def _dealt(self, near: Vectors, sides: Vectors) -> Vectors:
        """Deal each role's share out to its facets, in proportion to how near they are."""
        together = np.bincount(self._of, near)[self._of]
        dealt: Vectors = sides[self._of] * near / np.where(together > 0, together, 1.0)
        return dealt

    def _match(self, topic: str, read: str, vector: Vectors, sides: Vectors) -> tuple[Match, ...]:
        named = self._names.among(topic.casefold()) | self._names.among(read.casefold())
        strength = self._shares(vector, sides * (_BESIDE_NAMED if named else 1.0))
        strength[list(named)] = _NAMED
        told = np.flatnonzero(strength >= _NOISE)
        found = [Match(self._facets[n], round(float(strength[n]), 4)) for n in told]
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
