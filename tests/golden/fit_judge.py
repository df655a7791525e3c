"""Fits the weights of retrieval/judge.py on the tuning part of the golden set.

    python -m tests.golden.fit_judge

prints weights to paste, and what ten-fold cross-validation says of them. The part aside is
measured by tests/golden/test_bars.py alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.app import App, open_app
from bot.config import Settings
from bot.evaluation.golden import load_golden
from retrieval.chain import Inquiry
from retrieval.judge import Signs

# Small weights: the tuning part is told apart nearly without error, which says little of how far.
_REGULARISATION = 0.3


async def signs_of(app: App, questions: Sequence[str]) -> list[Signs]:
    """Return what the judge weighs for each question, asked first in a conversation."""
    chain = app.chain
    searched = [await chain._search(await chain._rewrite(Inquiry(question))) for question in questions]
    found = [each.found for each in searched]
    for each in found:
        chain._judge.study(each.field)
    signs = [chain._judge.signs(each.readings[0], each.passages, each.field) for each in found]
    return [each for each in signs if each]


async def _signs() -> tuple[list[Signs], list[bool]]:
    golden = load_golden(Path(__file__).parent, "tune")
    async with open_app(Settings()) as app:
        covered = await signs_of(app, [item.question for item in golden.answerable])
        others = await signs_of(app, [item.question for item in golden.unanswerable])
    return covered + others, [True] * len(covered) + [False] * len(others)


def main() -> None:
    """Fit and print."""
    signs, labels = asyncio.run(_signs())
    names = list(asdict(signs[0]))
    x = np.array([[asdict(sign)[name] for name in names] for sign in signs])
    y = np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_REGULARISATION))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, x, y, cv=folds, method="decision_function")
    for bias in (-1.0, -0.5, 0.0, 0.5, 1.0):
        refused, answered = (held_out[y] + bias < 0).mean(), (held_out[~y] + bias >= 0).mean()
        print(f"bias {bias:+.1f}: answerable refused {refused:.3f}, unanswerable refused {1 - answered:.3f}")
    model.fit(x, y)
    scale, fitted = model[0], model[1]
    weights = fitted.coef_[0] / scale.scale_
    print({name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)})
    print("bias", round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 2))


if __name__ == "__main__":
    main()
