"""What the words of a text mean where they stand.

The meaning of a text is the mean of what its tokens mean there. So each word's share in it
is known, and what would be left without that word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.library import Vectors
from retrieval.embeddings import Tokens
from retrieval.wording import content_spans

# Units so much less like a text than the nearest are not what it speaks of.
_NEARLY_BEST = 0.15
_MOST_NEAR = 3
# What words in different texts have in common whatever they are: taken where nothing is shared.
_USUAL = 0.6


@dataclass(frozen=True, slots=True)
class InContext:
    """A text's meaning and that of each of its telling words there.

    `total` is the sum of all its tokens, `parts`, of shape (words, dimensions), the sums of each
    telling word's own.
    """

    stems: tuple[str, ...]
    total: Vectors
    parts: Vectors

    @classmethod
    def of(cls, text: str, tokens: Tokens, stem: Callable[[str], str]) -> Self:
        """Gather the tokens of each telling word."""
        starts, ends = np.array(tokens.spans).T
        stems, parts = [], []
        for start, end in content_spans(text):
            own = (starts < end) & (ends > start)
            if own.any():  # the end of a very long text is not read
                stems.append(stem(text[start:end]))
                parts.append(tokens.vectors[own].sum(axis=0))
        total = tokens.vectors.sum(axis=0)
        return cls(tuple(stems), total, np.array(parts, np.float32).reshape(-1, len(total)))

    @property
    def whole(self) -> Vectors:
        """The meaning of the text, unit length."""
        return _unit(self.total)

    @property
    def words(self) -> Vectors:
        """The meaning of each telling word, unit length."""
        return _unit(self.parts)


@dataclass(frozen=True, slots=True)
class Shares:
    """How the words of a text fit units of a passage, each from 0 to 1 or near it.

    `foreign` sums how much nearer the text would be without each word of its own; `second` is
    the second of those gains, for the nearest unit alone. `told` says how near its words are
    to those of one unit, `heard` how near that unit's are to its own. `same` and `least` say
    how alike the words that both have are used, on the whole and at worst.
    """

    foreign: float
    second: float
    told: float
    heard: float
    same: float
    least: float

    @classmethod
    def of(cls, text: InContext, units: Sequence[InContext]) -> Self:
        """Compare a text with units, of which there is at least one."""
        wholes = np.stack([unit.whole for unit in units])
        likeness = wholes @ text.whole
        best = likeness.max()
        near = [n for n in np.argsort(-likeness)[:_MOST_NEAR] if likeness[n] > best - _NEARLY_BEST]
        span, _ = np.linalg.qr(wholes[near].T)
        without = _unit(text.total - text.parts)
        gains = np.linalg.norm(without @ span, axis=1) - np.linalg.norm(text.whole @ span)
        nearest = np.sort(without @ wholes[near[0]] - best)
        rates = [text.words @ unit.words.T for unit in units if len(unit.parts)] if len(text.parts) else []
        told = [float(rate.max(axis=1).mean()) for rate in rates] or [0.0]
        heard = [float(rate.max(axis=0).mean()) for rate in rates] or [0.0]
        shared = _shared(text, units) or [_USUAL]
        return cls(
            foreign=float(np.maximum(0, gains).sum()),
            second=float(nearest[-2]) if len(nearest) > 1 else 0.0,
            told=max(told),
            heard=heard[int(np.argmax(told))],
            same=float(np.mean(shared)),
            least=min(shared),
        )


def _shared(text: InContext, units: Sequence[InContext]) -> list[float]:
    """Rate each word that units have too by the likest use of it there."""
    uses: dict[str, list[Vectors]] = {}
    for unit in units:
        for stem, vector in zip(unit.stems, unit.words, strict=True):
            uses.setdefault(stem, []).append(vector)
    return [
        max(float(vector @ use) for use in uses[stem])
        for stem, vector in zip(text.stems, text.words, strict=True)
        if stem in uses
    ]


def _unit(vectors: Vectors) -> Vectors:
    """Scale vectors to unit length."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)
