"""Fits the weights of retrieval/verify.py on the tuning part of support.jsonl.

    python -m tests.golden.fit_support

writes retrieval/misfits.yaml and retrieval/weights.yaml, and prints what nested cross-validation says
of them: sentences of one section are never on both sides, and the threshold of each fold is chosen
without it. The part aside is measured by tests/golden/test_support.py alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from knowledge.roles import load_roles
from retrieval import misfits, weighing
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.misfits import Misfits
from retrieval.signs import Case, Signs, signs_of
from retrieval.verify import Examiner
from retrieval.wording import Wording
from tests.golden.fit_misfits import Words
from tests.golden.support import Labelled, load_support, section_of

# Chosen by cross-validation: more opinions or less restraint fit no better. The mean of several
# networks, which differ by where their fit begins, does better than any one.
_NETWORKS = 5
_OPINIONS = 6
_RESTRAINT = 4.0
_TO_CATCH = 0.95
_FOLDS = 10

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MISFITS = """\
# How much each trait of retrieval/misfits.py says that a word does not fit. Written by
# python -m tests.golden.fit_support from supported sentences of the tuning part of support.jsonl
# and from units of the guides, in which tests/golden/swaps.py swapped words.
"""
_WEIGHTS = """\
# What each sign of retrieval/signs.py weighs, for each of several opinions, and from which
# likelihood on a sentence is let through. Written by python -m tests.golden.fit_support from
# the tuning part of support.jsonl alone. The threshold is the lowest at which cross-validation
# catches {caught} of the sentences there that are not borne out; nothing kept aside was looked at.
# Nested cross-validation: {nested}
"""


async def _read(rows: list[Labelled]) -> tuple[list[Case], Words]:
    embeddings = SentenceEmbeddings.load(threads=1)
    reader = Reader(Wording.load(), load_roles())
    examiner = Examiner(embeddings, reader)
    cases = [await examiner.read(row.sentence, [row.chunk]) for row in rows]
    words = await Words.of(rows, embeddings, reader)
    embeddings.close()
    return cases, words


def _signs(rows: list[Labelled], cases: list[Case], words: Words) -> list[Signs]:
    """Find the signs of each sentence, by words that were swapped in other sections."""
    sections = np.array([section_of(row.chunk) for row in rows])
    fitted: dict[str, Misfits] = {}
    folds = GroupKFold(_FOLDS, shuffle=True, random_state=0)
    for _, test in folds.split(sections, groups=sections):
        own = set(sections[test])
        fitted |= dict.fromkeys(own, words.fit(own))
    return [signs_of(case, fitted[section]) for case, section in zip(cases, sections, strict=True)]


class _Networks:
    """Several small networks, of whose log odds the mean is taken."""

    def __init__(self, x: Floats, y: Flags) -> None:
        self.scale = StandardScaler().fit(x)
        self.each = [
            MLPClassifier(
                (_OPINIONS,),
                activation="tanh",
                alpha=_RESTRAINT,
                solver="lbfgs",
                max_iter=1000,
                random_state=number,
            ).fit(self.scale.transform(x), y)
            for number in range(_NETWORKS)
        ]

    def rate(self, x: Floats) -> Floats:
        """Rate from 0 to 1."""
        rates = np.array([network.predict_proba(self.scale.transform(x))[:, 1] for network in self.each])
        return np.asarray(expit(logit(rates).mean(axis=0)))

    def opinions(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Write out the opinions in terms of the signs as they are."""
        return [
            {
                "weight": round(float(out) / _NETWORKS, 3),
                "bias": round(float(bias - own @ self.scale.mean_), 3),
                "signs": {name: round(float(each), 3) for name, each in zip(names, own, strict=True)},
            }
            for network in self.each
            for own, bias, out in zip(
                network.coefs_[0].T / self.scale.scale_,
                network.intercepts_[0],
                network.coefs_[1][:, 0],
                strict=True,
            )
        ]

    @property
    def bias(self) -> float:
        return round(float(np.mean([network.intercepts_[1][0] for network in self.each])), 3)


class _Data:
    """Signs as numbers, labels, and the section that each sentence cites."""

    def __init__(self, signs: list[Signs], rows: list[Labelled]) -> None:
        self.names = [field.name for field in fields(Signs) if field.name != "strange"]
        self.x = np.array([[asdict(sign)[name] for name in self.names] for sign in signs])
        self.y = np.array([row.supported for row in rows])
        self.strange = np.array([sign.strange for sign in signs])
        self.group = np.array([section_of(row.chunk) for row in rows])

    def fit(self, chosen: Flags) -> _Networks:
        """Fit on sentences; a strange one needs no weighing."""
        own = chosen & ~self.strange
        return _Networks(self.x[own], self.y[own])

    def rate(self, networks: _Networks, chosen: Flags) -> Floats:
        return np.asarray(np.where(self.strange[chosen], 0.0, networks.rate(self.x[chosen])))

    def held_out(self, chosen: Flags, seed: int = 0) -> Floats:
        """Rate each of the chosen sentences by a fit without its section."""
        rates = np.zeros(len(self.y))
        numbers = np.flatnonzero(chosen)
        folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
        for _, test in folds.split(self.x[numbers], self.y[numbers], self.group[numbers]):
            tested = np.zeros(len(self.y), bool)
            tested[numbers[test]] = True
            rates[tested] = self.rate(self.fit(chosen & ~tested), tested)
        return rates[chosen]

    def threshold(self, chosen: Flags) -> float:
        """Return the lowest threshold at which enough is caught, in hundredths."""
        rates = self.held_out(chosen)[~self.y[chosen]]
        return float(next(t for t in np.arange(0.01, 1, 0.01) if (rates < t).mean() >= _TO_CATCH))

    def nested(self) -> str:
        """Measure fitting and choosing the threshold together, on sections held out from both."""
        kept = np.zeros(len(self.y), bool)
        folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=1)
        for _, test in folds.split(self.x, self.y, self.group):
            tested = np.zeros(len(self.y), bool)
            tested[test] = True
            kept[tested] = self.rate(self.fit(~tested), tested) >= self.threshold(~tested)
        return f"unsupported caught {(~kept[~self.y]).mean():.3f}, supported kept {kept[self.y].mean():.3f}."


def _write(path: Path, header: str, fitted: dict[str, Any]) -> None:
    # Each opinion's signs on lines of their own, one after the other.
    text = yaml.safe_dump(fitted, sort_keys=False, width=110, default_flow_style=None)
    path.write_text(header + text, encoding="utf-8")


def main() -> None:
    """Fit, write and print."""
    rows = load_support("tune")
    cases, words = asyncio.run(_read(rows))
    data = _Data(_signs(rows, cases, words), rows)
    nested = data.nested()
    print(nested)
    every = np.ones(len(rows), bool)
    networks = data.fit(every)
    _write(misfits.WEIGHTS, _MISFITS, asdict(words.fit()))
    _write(
        weighing.WEIGHTS,
        _WEIGHTS.format(caught=_TO_CATCH, nested=nested),
        {
            "threshold": round(data.threshold(every), 2),
            "bias": networks.bias,
            "opinions": networks.opinions(data.names),
        },
    )


if __name__ == "__main__":
    main()
