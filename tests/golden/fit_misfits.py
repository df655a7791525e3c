"""Fits the weights of retrieval/misfits.py on sentences in which one word was swapped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from knowledge.library import StoredChunk, Vectors
from retrieval.claims import Reader
from retrieval.context import InContext
from retrieval.embeddings import SentenceEmbeddings
from retrieval.evidence import Evidence
from retrieval.misfits import TRAITS, Fit, Misfits
from tests.golden.support import Labelled, section_of, shipped_chunks
from tests.golden.swaps import Swap, Swapper, vocabulary

# Words swapped of each supported sentence, and of each unit of a guide.
_OF_SENTENCE = 4
_OF_UNIT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Words of sentences: the traits of each, whether it was swapped, and the section it is held against."""

    traits: Vectors
    swapped: NDArray[np.bool_]
    sections: NDArray[np.str_]

    @classmethod
    async def of(cls, rows: Sequence[Labelled], embeddings: SentenceEmbeddings, reader: Reader) -> Self:
        """Take the words of supported sentences, and words swapped there and in the guides."""
        supported = [row for row in rows if row.supported]
        said = [(row.sentence, row.chunk, _OF_SENTENCE) for row in supported]
        said += [(unit.text, chunk, _OF_UNIT) for chunk in shipped_chunks().values() for unit in chunk.units]
        words = vocabulary([*(row.sentence for row in rows), *(text for text, _, _ in said)], reader)
        swapper = Swapper(words, embeddings.encode(words), reader)
        swaps = [swap for each in said for swap in swapper.swaps(*each)]
        fits = await _fits(
            [*((row.sentence, row.chunk) for row in supported), *map(_held, swaps)], embeddings, reader
        )
        whole = [fit.traits for fit in fits[: len(supported)]]
        wrong = [fit.traits[swap.word] for fit, swap in zip(fits[len(supported) :], swaps, strict=True)]
        return cls(
            traits=np.concatenate([*whole, wrong]),
            swapped=np.repeat([False, True], [sum(map(len, whole)), len(wrong)]),
            sections=np.array(
                [
                    *(
                        section_of(row.chunk)
                        for row, words in zip(supported, whole, strict=True)
                        for _ in words
                    ),
                    *(section_of(swap.chunk) for swap in swaps),
                ]
            ),
        )

    def fit(self, without: Collection[str] = ()) -> Misfits:
        """Fit the weights to all words but those of some sections."""
        own = ~np.isin(self.sections, list(without))
        scale = StandardScaler().fit(self.traits[own])
        model = LogisticRegression(max_iter=1000).fit(scale.transform(self.traits[own]), self.swapped[own])
        weights = model.coef_[0] / scale.scale_
        bias = model.intercept_[0] - weights @ scale.mean_
        rounded = {trait: round(float(weight), 3) for trait, weight in zip(TRAITS, weights, strict=True)}
        return Misfits(round(float(bias), 3), rounded)


def _held(swap: Swap) -> tuple[str, StoredChunk]:
    return swap.sentence, swap.chunk


async def _fits(
    pairs: Sequence[tuple[str, StoredChunk]], embeddings: SentenceEmbeddings, reader: Reader
) -> list[Fit]:
    """Hold each sentence against its passage."""
    evidence = {chunk.id: Evidence.of([chunk], reader) for _, chunk in pairs}
    said = [reader.read(sentence).text for sentence, _ in pairs]
    texts = list(dict.fromkeys([*said, *(unit.text for each in evidence.values() for unit in each.claims)]))
    tokens = await embeddings.aencode_tokens(texts)
    read = {text: InContext.of(text, each, reader.stem) for text, each in zip(texts, tokens, strict=True)}
    return [
        Fit.of(read[text], [read[unit.text] for unit in evidence[chunk.id].claims], evidence[chunk.id].head)
        for text, (_, chunk) in zip(said, pairs, strict=True)
    ]
