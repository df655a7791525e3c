"""Fits the weights of retrieval/verify.py on the tuning part of support.jsonl.

    python -m tests.golden.fit_support

writes retrieval/weights.yaml and prints what nested cross-validation says of it: sentences of
one section are never on both sides, and the threshold of each fold is chosen without it. The
part aside is measured by tests/golden/test_support.py alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.roles import load_roles
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.signs import Signs
from retrieval.verify import Examiner
from retrieval.weighing import WEIGHTS
from retrieval.wording import Wording
from tests.golden.support import Labelled, load_support

# Chosen by cross-validation: more opinions or less restraint fit no better.
_OPINIONS = 6
_RESTRAINT = 4.0
_TO_CATCH = 0.95
_FOLDS = 10

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_HEADER = """\
# What each sign of retrieval/signs.py weighs, for each of several opinions, and from which
# likelihood on a sentence is let through. Written by python -m tests.golden.fit_support from
# the tuning part of support.jsonl alone. The threshold is the lowest at which cross-validation
# catches {caught} of the sentences there that are not borne out; nothing kept aside was looked at.
# Nested cross-validation: {nested}
"""


async def _signs(rows: list[Labelled]) -> list[Signs]:
    embeddings = SentenceEmbeddings.load(threads=1)
    examiner = Examiner(embeddings, Reader(Wording.load(), load_roles()))
    signs = [await examiner.signs(row.sentence, [row.chunk]) for row in rows]
    embeddings.close()
    return signs


def _network() -> Pipeline:
    network = MLPClassifier(
        (_OPINIONS,), activation="tanh", alpha=_RESTRAINT, solver="lbfgs", max_iter=1000, random_state=0
    )
    return make_pipeline(StandardScaler(), network)


class _Data:
    """Signs as numbers, labels, and the section that each sentence cites."""

    def __init__(self, signs: list[Signs], rows: list[Labelled]) -> None:
        self.names = [field.name for field in fields(Signs) if field.name != "strange"]
        self.x = np.array([[asdict(sign)[name] for name in self.names] for sign in signs])
        self.y = np.array([row.supported for row in rows])
        self.strange = np.array([sign.strange for sign in signs])
        self.group = np.array([f"{row.chunk.guide_id}/{row.chunk.section}" for row in rows])

    def fit(self, chosen: Flags) -> Pipeline:
        """Fit on sentences; a strange one needs no weighing."""
        own = chosen & ~self.strange
        return clone(_network()).fit(self.x[own], self.y[own])

    def rate(self, model: Pipeline, chosen: Flags) -> Floats:
        rates = model.predict_proba(self.x[chosen])[:, 1]
        return np.asarray(np.where(self.strange[chosen], 0.0, rates))

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


def _readable(model: Pipeline, names: list[str], threshold: float) -> dict[str, Any]:
    """Write out a network in terms of the signs as they are."""
    scale, network = model[0], model[1]
    weights = network.coefs_[0].T / scale.scale_
    biases = network.intercepts_[0] - weights @ scale.mean_
    return {
        "threshold": round(threshold, 2),
        "bias": round(float(network.intercepts_[1][0]), 3),
        "opinions": [
            {
                "weight": round(float(out), 3),
                "bias": round(float(bias), 3),
                "signs": {name: round(float(each), 3) for name, each in zip(names, own, strict=True)},
            }
            for out, bias, own in zip(network.coefs_[1][:, 0], biases, weights, strict=True)
        ],
    }


def main() -> None:
    """Fit, write and print."""
    rows = load_support("tune")
    data = _Data(asyncio.run(_signs(rows)), rows)
    every = np.ones(len(rows), bool)
    nested = data.nested()
    fitted = _readable(data.fit(every), data.names, data.threshold(every))
    header = _HEADER.format(caught=_TO_CATCH, nested=nested)
    WEIGHTS.write_text(header + yaml.safe_dump(fitted, sort_keys=False, width=110), encoding="utf-8")
    print(nested)


if __name__ == "__main__":
    main()
