"""How well a passage bears a sentence out: signs that can be read and weighed.

Nothing here decides; `retrieval/verify.py` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.claims import Claim, Reader, denial, disorder, mixture, opposed

# Units so much worse than the best one are not what a sentence speaks of.
_NEARLY_BEST = 0.25
_MOST_NEAR = 3
# A word less like every word of the passage than this is not in it in any wording.
_LIKE = 0.6
# Words that a sentence shares with an item, before it can have taken the item for another.
_SHARED = 2
_MOSTLY = 0.6

Meaning = Callable[[str], Vectors]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may be said of the passages that a sentence cites.

    `claims` has one a unit, and `placed` its text with the guide and section before it.
    `about` is read from titles and sources; `wholes` are the passages in one piece each.
    `rows` are the cells of tables, labelled by row and column.
    """

    claims: tuple[Claim, ...]
    placed: tuple[str, ...]
    rows: tuple[Claim, ...]
    about: Claim
    head: frozenset[str]
    wholes: tuple[str, ...]
    counts: frozenset[str]

    @classmethod
    def of(cls, chunks: Sequence[StoredChunk], reader: Reader) -> Evidence:
        """Read the evidence in passages."""
        pairs = [(chunk, unit) for chunk in chunks for unit in chunk.units]
        claims = tuple(reader.read(unit.text, labelled=unit.kind != "sentence") for _, unit in pairs)
        places = [f"{chunk.guide}: {chunk.section}" for chunk in chunks]
        lists = Counter((chunk.id, unit.block) for chunk, unit in pairs if unit.kind != "sentence")
        return cls(
            claims=claims,
            placed=tuple(
                f"{chunk.guide}, {chunk.section}: {claim.text}"
                for (chunk, _), claim in zip(pairs, claims, strict=True)
            ),
            rows=tuple(reader.read(cell, labelled=True) for _, unit in pairs for cell in _cells(unit)),
            about=reader.read(". ".join((*places, *(chunk.source for chunk in chunks)))),
            head=frozenset(reader.read(" ".join(places)).words),
            wholes=tuple(
                reader.read(f"{place}. {' '.join(unit.text for unit in chunk.units)}").text
                for place, chunk in zip(places, chunks, strict=True)
            ),
            counts=frozenset(map(str, lists.values())),
        )

    @property
    def texts(self) -> Iterator[str]:
        """All texts whose meaning is asked for, words among them."""
        yield from self.placed
        yield from self.wholes
        yield from self.about.surfaces
        for claim in self.claims:
            yield claim.text
            yield from claim.surfaces


def _cells(unit: Unit) -> Iterator[str]:
    """Cut a table row of several cells into one line each: `row column: cell`."""
    label, dash, rest = unit.text.partition(" – ")
    if unit.kind == "row" and dash and "; " in rest:
        yield from (f"{label} {cell}" for cell in rest.split("; "))


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence and against it; 0 to 1, but for `vague`, which counts.

    `strange` is whether it has a name, figure or role that the passages have not.
    For: `likeness` to the nearest unit, `covered` words by meaning, `exact` words as they
    stand, `together` in one unit, `subject` the first word there, `length` grows with words.
    Against: `topic` likeness that no unit accounts for, `vague` words far from any other,
    `conflict` the worst of the six after it: what the one denies and the other asserts,
    turns around in time, mixes up, says by opposites, or says of another thing or role.
    `apart` is the share of names that stand in other units than what is said of them;
    `joined`, for a sentence that sums up several units, how much of its meaning they span.
    """

    strange: bool
    likeness: float
    topic: float
    covered: float
    exact: float
    vague: float
    together: float
    subject: float
    length: float
    conflict: float
    denial: float
    disorder: float
    mixture: float
    opposed: float
    mislabelled: float
    other_role: float
    apart: float
    joined: float


def signs_of(claim: Claim, evidence: Evidence, reader: Reader, meaning: Meaning) -> Signs:
    """Compare a sentence with the evidence it cites."""
    pool = [surface for one in (*evidence.claims, evidence.about) for surface in one.surfaces]
    stems = frozenset(word for one in (*evidence.claims, evidence.about) for word in one.words)
    covered = _cover(claim, pool, stems, meaning)
    by_unit = [
        _cover(claim, unit.surfaces, frozenset(unit.words) | evidence.head, meaning)
        for unit in evidence.claims
    ]
    said = meaning(claim.text)
    likeness = np.array(
        [
            max(float(meaning(unit.text) @ said), float(meaning(placed) @ said))
            for unit, placed in zip(evidence.claims, evidence.placed, strict=True)
        ]
    )
    fit = likeness + np.array([cover.mean() for cover in by_unit])
    best = int(fit.argmax())
    near = [evidence.claims[n] for n in np.argsort(-fit)[:_MOST_NEAR] if fit[n] >= fit[best] - _NEARLY_BEST]
    conflicts = (
        denial(claim, near),
        max(disorder(claim, unit) for unit in near),
        max(mixture(claim, unit) for unit in near),
        float(opposed(claim, evidence.claims[best], reader.stem)),
        max(_mislabelled(claim, labelled) for labelled in (evidence.claims, evidence.rows)),
        _other_role(claim, evidence, reader, likeness),
    )
    return Signs(
        bool(_strange(claim, evidence, stems, reader)),
        float(likeness.max()),
        max(float(meaning(whole) @ said) for whole in evidence.wholes),
        float(covered.mean()),
        sum(word in stems for word in claim.words) / max(1, len(claim.words)),
        float(np.maximum(0, _LIKE - covered).sum()),
        max(float(cover.mean()) for cover in by_unit),
        float(by_unit[best][0]),
        1 - 1 / max(1, len(claim.words)),
        max(conflicts),
        *conflicts,
        _apart(claim, evidence, reader),
        _joined([meaning(unit.text) for unit in near], said),
    )


def _joined(units: Sequence[Vectors], said: Vectors) -> float:
    """How much of a meaning lies in the span of the units' meanings, from 0 to 1."""
    basis, _ = np.linalg.qr(np.stack(units).T)
    return float(np.linalg.norm(basis.T @ said))


def _cover(claim: Claim, pool: Iterable[str], stems: frozenset[str], meaning: Meaning) -> Vectors:
    """Rate each telling word of a claim by the likest in a pool; at least one rate."""
    words = np.stack([meaning(surface) for surface in pool])
    rates = [
        1.0 if stem in stems else float((words @ meaning(surface)).max())
        for stem, surface in zip(claim.words, claim.surfaces, strict=True)
    ]
    return np.array(rates or [1.0], np.float32)


def _strange(claim: Claim, evidence: Evidence, stems: frozenset[str], reader: Reader) -> Iterable[object]:
    """Return the names, figures and roles of a claim that the evidence does not have."""
    every = evidence.about.every.union(*(unit.every for unit in evidence.claims))
    names = {
        name
        for name in claim.names
        if name not in every
        and not all(reader.stem(part) in stems for part in name.replace("/", " ").replace("-", " ").split())
    }
    figures = claim.figures - evidence.counts.union(*(unit.figures for unit in evidence.claims))
    roles = claim.roles - evidence.about.roles.union(*(unit.roles for unit in evidence.claims))
    return (*names, *figures, *roles)


def _mislabelled(claim: Claim, labelled: Sequence[Claim]) -> float:
    """How much a claim says of one thing in a list what the list says of another."""
    words = set(claim.words)
    worst = 0.0
    for item in labelled:
        body = set(item.words) - item.label
        used = body & words
        enough = len(used) >= _SHARED or len(used) >= _MOSTLY * len(body)
        if not item.label or not enough or item.label <= words:
            continue
        for other in labelled:
            own = other.label - item.label
            untold = not (set(other.words) - other.label) & words
            if own and own <= words and untold and not item.label & words - other.label:
                worst = max(worst, len(used - own) / len(words))
    return worst


def _other_role(claim: Claim, evidence: Evidence, reader: Reader, likeness: Vectors) -> float:
    """Whether the unit that says the same says it of another role."""
    titles = {reader.stem(word) for role in claim.roles for word in role.title.split()}
    words = set(claim.words) - titles
    unit = _speaks_of(words, evidence, likeness)
    same = len(words & set(unit.words)) >= _SHARED
    return float(same and bool(unit.roles) and not claim.roles <= unit.roles)


def _apart(claim: Claim, evidence: Evidence, reader: Reader) -> float:
    """How many of a claim's names stand elsewhere than what it says of them, from 0 to 1.

    A sentence that joins several units has the names of each, and a word or two of its own.
    """
    words = {reader.stem(surface) for surface in claim.surfaces if surface not in claim.names}
    shared = [(len(words & set(unit.words)), unit.every) for unit in evidence.claims]
    apart = 0
    for name in claim.names - evidence.about.every:
        beside = max((count for count, every in shared if name in every), default=0)
        elsewhere = max((count for count, every in shared if name not in every), default=0)
        apart += elsewhere - beside >= _SHARED
    return apart / max(1, len(claim.names))


def _speaks_of(words: set[str], evidence: Evidence, likeness: Vectors) -> Claim:
    """Return the unit that shares most words, and is likest among those."""
    ranked = zip(evidence.claims, likeness, strict=True)
    return max(ranked, key=lambda each: (len(words & set(each[0].words)), each[1]))[0]
