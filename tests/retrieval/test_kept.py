"""The project's own texts are encoded once, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from knowledge.library import Library, Vectors
from retrieval.embeddings import SentenceEmbeddings
from retrieval.kept import encode_once
from tests.retrieval.test_embeddings import ROUNDING

TEXTS = ["how much do they earn", "is it raining", "how long does it take"]


class Noting(SentenceEmbeddings):
    """The real model, noting what it encodes."""

    def __init__(self, real: SentenceEmbeddings) -> None:
        super().__init__(real._model, real.fingerprint)
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture
def noting(embeddings: SentenceEmbeddings) -> Iterator[Noting]:
    model = Noting(embeddings)
    yield model
    model.close()


async def test_texts_are_encoded_once_and_come_back_in_order(
    library: Library, noting: Noting, embeddings: SentenceEmbeddings
) -> None:
    first = await encode_once(TEXTS, library, noting)
    again = await encode_once(TEXTS[::-1], library, noting)

    assert noting.encoded == TEXTS
    np.testing.assert_allclose(first, embeddings.encode(TEXTS), atol=ROUNDING)
    np.testing.assert_array_equal(again, first[::-1])


async def test_one_more_text_is_one_more_to_encode(library: Library, noting: Noting) -> None:
    await encode_once(TEXTS, library, noting)

    vectors = await encode_once(["a new one", *TEXTS, "a new one"], library, noting)

    assert noting.encoded == [*TEXTS, "a new one"]
    np.testing.assert_array_equal(vectors[0], vectors[-1])


async def test_no_texts_have_no_vectors(library: Library, noting: Noting) -> None:
    assert (await encode_once([], library, noting)).shape == (0, noting.dimensions)
    assert noting.encoded == []
