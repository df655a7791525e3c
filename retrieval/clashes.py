"""What a passage says of one thing and a sentence of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from knowledge.library import Vectors
from retrieval.claims import Claim, Reader, Words
from retrieval.evidence import Evidence

# Words that a sentence shares with an item, before it can have taken the item for another.
_SHARED = 2
_MOSTLY = 0.6


def strange(claim: Claim, evidence: Evidence, reader: Reader) -> bool:
    """Whether a claim has a name, figure or role that the evidence does not have."""
    every = evidence.about.every.union(*(unit.every for unit in evidence.claims))
    stems = evidence.stems
    return bool(
        claim.figures - evidence.counts.union(*(unit.figures for unit in evidence.claims))
        or claim.roles - evidence.about.roles.union(*(unit.roles for unit in evidence.claims))
        or any(
            name not in every
            and not all(
                reader.stem(part) in stems for part in name.replace("/", " ").replace("-", " ").split()
            )
            for name in claim.names
        )
    )


def mislabelled(claim: Claim, evidence: Evidence) -> float:
    """How much a claim, or a clause of it, says of one thing in a list what the list says of another."""
    clauses = [frozenset(claim.words), *map(frozenset, claim.clauses)]
    return max(
        _mislabelled(words, labelled) for words in clauses for labelled in (evidence.claims, evidence.rows)
    )


def _mislabelled(words: Words, labelled: Sequence[Claim]) -> float:
    worst = 0.0
    for item in labelled:
        body = frozenset(item.words) - item.label
        used = body & words
        enough = len(used) >= _SHARED or (used and len(used) >= _MOSTLY * len(body))
        if not item.label or not enough or item.label <= words:
            continue
        for other in labelled:
            own = other.label - item.label
            others = frozenset(other.words) - other.label - body
            told = others & words
            untold = len(told) < min(_SHARED, max(1, len(used))) and not (others and others <= words)
            named = bool(item.label & words - other.label)
            if own and own <= words and untold and not named:
                worst = max(worst, len(used - own) / min(len(body), len(words)))
    return worst


def other_role(claim: Claim, evidence: Evidence, reader: Reader, likeness: Vectors) -> float:
    """Whether the unit that says the same says it of another role."""
    titles = {reader.stem(word) for role in claim.roles for word in role.title.split()}
    words = set(claim.words) - titles
    unit = _speaks_of(words, evidence, likeness)
    shared = len(words & set(unit.words))
    same = shared >= _SHARED or 2 * shared >= len(words) > 0
    return float(same and bool(unit.roles) and not claim.roles <= unit.roles)


def apart(claim: Claim, evidence: Evidence, reader: Reader) -> float:
    """How many of a claim's names stand elsewhere than what it says of them, from 0 to 1.

    A sentence that joins several units has the names of each, and a word or two of its own.
    """
    words = {reader.stem(surface) for surface in claim.surfaces if surface not in claim.names}
    shared = [(len(words & set(unit.words)), unit.every) for unit in evidence.claims]
    found = 0
    for name in claim.names - evidence.about.every:
        beside = max((count for count, every in shared if name in every), default=0)
        elsewhere = max((count for count, every in shared if name not in every), default=0)
        found += elsewhere - beside >= _SHARED
    return found / max(1, len(claim.names))


def severed(claim: Claim, evidence: Evidence) -> float:
    """How many words that stand side by side in a claim's clause never meet in a unit, from 0 to 1."""
    pairs = [
        pair
        for part in claim.parts
        for pair in pairwise(word for word in part if word in evidence.stems)
        if pair[0] != pair[1]
    ]
    lost = sum(
        not evidence.head & set(pair) and not any(set(pair) <= set(unit.words) for unit in evidence.claims)
        for pair in pairs
    )
    return lost / max(1, len(pairs))


def _speaks_of(words: Iterable[str], evidence: Evidence, likeness: Vectors) -> Claim:
    """Return the unit that shares most words, and is likest among those."""
    wanted = set(words)
    ranked = zip(evidence.claims, likeness, strict=True)
    return max(ranked, key=lambda each: (len(wanted & set(each[0].words)), each[1]))[0]
