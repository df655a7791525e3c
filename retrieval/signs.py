"""How well a passage bears a sentence out: signs that can be read and weighed.

Nothing here decides; `retrieval/verify.py` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.library import Vectors
from retrieval.claims import Claim, Reader, Words, denial, disorder, mixture
from retrieval.clashes import apart, mislabelled, other_role, severed, strange
from retrieval.context import InContext, Shares
from retrieval.evidence import Evidence
from retrieval.misfits import Fit, Misfits

# Units so much worse than the best one are not what a sentence speaks of.
_NEARLY_BEST = 0.25
_MOST_NEAR = 3
# A word less like every word of the passage than this is not in it in any wording.
_LIKE = 0.6
# A thing in a list this much like the passage's is the passage's.
_ALMOST_SAME = 0.95

Meaning = Callable[[str], Vectors]


@dataclass(frozen=True, slots=True)
class Meanings:
    """What texts mean: `of` as a whole, `read` word by word."""

    of: Meaning
    read: Callable[[str], InContext]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the evidence it cites, and what is known to compare the two."""

    claim: Claim
    evidence: Evidence
    reader: Reader
    meanings: Meanings


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence and against it; 0 to 1, but for those that count.

    `strange` is whether it has a name, figure or role that the passages have not.

    Its meaning: `likeness` to the nearest unit, `topic` to a whole passage, `joined` how much
    of it several units span; `foreign`, `second`, `told`, `heard`, `same` and `least` as in
    `retrieval/context.py`.
    Its words: `covered` by meaning on the whole, `first` the first one; `unknown` counts those
    far from any other, `unknown_share` is their part; `lone` is the gap of the one word that does
    not fit where the others do, `odd` that of a thing in a list; `repeated` is how much of the
    nearest unit is said. `misfit` is how likely the worst word does not fit, as log odds, and
    `outlier` how far it stands out from the others; `straddled` as in `retrieval/misfits.py`.
    Its form: `length` grows with words, `parts` counts clauses, `listed` the things in a list.
    Clashes: `denial`, `disorder`, `mislabelled`, `other_role`, `conflict` the worst of them and
    of a comparison mixed up; `turned` and `reversed` count opposites of the nearest unit's and
    of all the passage's words; `apart` and `severed` are names and words that do not meet there.
    """

    strange: bool
    likeness: float
    topic: float
    joined: float
    foreign: float
    second: float
    told: float
    heard: float
    same: float
    least: float
    covered: float
    first: float
    unknown: float
    unknown_share: float
    lone: float
    odd: float
    repeated: float
    misfit: float
    outlier: float
    straddled: float
    length: float
    parts: float
    listed: float
    denial: float
    disorder: float
    mislabelled: float
    other_role: float
    conflict: float
    turned: float
    reversed: float
    apart: float
    severed: float


def signs_of(case: Case, misfits: Misfits) -> Signs:
    """Compare a sentence with the evidence it cites."""
    claim, evidence, reader, meanings = case.claim, case.evidence, case.reader, case.meanings
    meaning = meanings.of
    pool = np.stack([meaning(word) for one in (*evidence.claims, evidence.about) for word in one.surfaces])
    rate = _rates(claim, pool, evidence.stems, meaning)
    covered = np.array([rate[word] for word in claim.words] or [1.0], np.float32)
    by_unit = [_covered_by(claim, unit, evidence.head, meaning) for unit in evidence.claims]
    said = meaning(claim.text)
    likeness = np.array(
        [
            max(float(meaning(unit.text) @ said), float(meaning(placed) @ said))
            for unit, placed in zip(evidence.claims, evidence.placed, strict=True)
        ]
    )
    fit = likeness + np.array(by_unit)
    near = [evidence.claims[n] for n in np.argsort(-fit)[:_MOST_NEAR] if fit[n] >= fit.max() - _NEARLY_BEST]
    likest = evidence.claims[int(likeness.argmax())]
    text, units = meanings.read(claim.text), [meanings.read(unit.text) for unit in evidence.claims]
    shares = Shares.of(text, units)
    words = Fit.of(text, units, evidence.head)
    ratings = misfits.rate(words) if len(words.second) else np.zeros(1, np.float32)
    denied = denial(claim, near)
    disordered = max(disorder(claim, unit) for unit in near)
    mixed = max(mixture(claim, unit) for unit in near)
    labels = mislabelled(claim, evidence)
    role = other_role(claim, evidence, reader, likeness)
    return Signs(
        strange=strange(claim, evidence, reader),
        likeness=float(likeness.max()),
        topic=max(float(meaning(whole) @ said) for whole in evidence.wholes),
        joined=_joined([meaning(unit.text) for unit in near], said),
        foreign=shares.foreign,
        second=shares.second,
        told=shares.told,
        heard=shares.heard,
        same=shares.same,
        least=shares.least,
        covered=float(covered.mean()),
        first=float(covered[0]),
        unknown=float((covered < _LIKE).sum()),
        unknown_share=float((covered < _LIKE).mean()),
        lone=_lone(covered),
        odd=_odd(claim, rate),
        repeated=len(set(likest.words) & set(claim.words)) / max(1, len(set(likest.words))),
        misfit=float(ratings.max()),
        outlier=float(ratings.max() - ratings.mean()),
        straddled=words.straddled(claim.clauses),
        length=1 - 1 / max(1, len(claim.words)),
        parts=float(len(claim.parts)),
        listed=float(max((len(things) for things in claim.lists), default=0)),
        denial=denied,
        disorder=disordered,
        mislabelled=labels,
        other_role=role,
        conflict=max(denied, disordered, mixed, labels, role),
        turned=float(reader.opposites.turned(claim.stems, likest.stems)),
        reversed=float(
            reader.opposites.turned(
                claim.stems, frozenset[str]().union(*(unit.stems for unit in evidence.claims))
            )
        ),
        apart=apart(claim, evidence, reader),
        severed=severed(claim, evidence),
    )


def _joined(units: Sequence[Vectors], said: Vectors) -> float:
    """How much of a meaning lies in the span of the units' meanings, from 0 to 1."""
    basis, _ = np.linalg.qr(np.stack(units).T)
    return float(np.linalg.norm(basis.T @ said))


def _rates(claim: Claim, pool: Vectors, stems: Words, meaning: Meaning) -> dict[str, float]:
    """Rate each telling word of a claim, by its stem, by the likest word of a pool."""
    return {
        stem: 1.0 if stem in stems else float((pool @ meaning(surface)).max())
        for stem, surface in zip(claim.words, claim.surfaces, strict=True)
    }


def _covered_by(claim: Claim, unit: Claim, head: Words, meaning: Meaning) -> float:
    """Rate how well a unit's words cover a claim's."""
    stems = head.union(unit.words)
    if not unit.surfaces:
        return float(np.mean([float(word in stems) for word in claim.words] or [1.0]))
    pool = np.stack([meaning(word) for word in unit.surfaces])
    return float(np.mean([*_rates(claim, pool, stems, meaning).values()] or [1.0]))


def _lone(covered: Vectors) -> float:
    """How far the worst word is from the passage, times how many others stand in it as they are."""
    worst, *others = np.sort(covered)
    return float((1 - worst) * np.mean(np.array(others) >= 1)) if len(others) > 1 else 0.0


def _odd(claim: Claim, rate: dict[str, float]) -> float:
    """How far the worst thing in a list is from the passage, where another stands in it."""
    worst = 0.0
    for things in claim.lists:
        *before, last = things
        rates = [rate.get(thing[-1], 1.0) for thing in before]
        rates.append(float(np.mean([rate.get(word, 1.0) for word in last])))
        if max(rates) > _ALMOST_SAME:
            worst = max(worst, max(rates) - min(rates))
    return worst
