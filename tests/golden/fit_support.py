"""Fits the weights of retrieval/verify.py on the tuning part of support.jsonl.

    python -m tests.golden.fit_support

prints weights to paste, and what ten-fold cross-validation says of them. The part aside is
measured by tests/golden/test_support.py alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.roles import load_roles
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.evidence import Signs
from retrieval.verify import Verifier
from retrieval.wording import Wording
from tests.golden.support import load_support


async def _signs() -> tuple[list[Signs], list[bool]]:
    embeddings = SentenceEmbeddings.load(threads=1)
    verifier = Verifier(embeddings, Reader(Wording.load(), load_roles()))
    rows = load_support("tune")
    signs = [await verifier.signs(row.sentence, [row.chunk]) for row in rows]
    embeddings.close()
    return signs, [row.supported for row in rows]


def main() -> None:
    """Fit and print."""
    signs, labels = asyncio.run(_signs())
    names = [field.name for field in fields(Signs) if field.name != "strange"]
    strange = np.array([sign.strange for sign in signs])
    x = np.array([[asdict(sign)[name] for name in names] for sign in signs])
    y = np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    rated = np.where(strange, 0, held_out)
    for threshold in (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
        caught, kept = (rated[~y] < threshold).mean(), (rated[y] >= threshold).mean()
        print(f"threshold {threshold:.2f}: unsupported caught {caught:.3f}, supported kept {kept:.3f}")
    model.fit(x, y)
    scale, fitted = model[0], model[1]
    weights = fitted.coef_[0] / scale.scale_
    print({name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)})
    print("bias", round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 2))


if __name__ == "__main__":
    main()
