"""The project's own texts are encoded once, each by itself."""

from __future__ import annotations

import numpy as np

from knowledge.library import Library
from retrieval.embeddings import SentenceEmbeddings
from retrieval.kept import encode_once
from tests.retrieval.counted import Counted
from tests.retrieval.test_embeddings import ROUNDING

TEXTS = ["how much do they earn", "is it raining", "how long does it take"]


async def test_texts_are_encoded_once_and_come_back_in_order(
    library: Library, counted: Counted, embeddings: SentenceEmbeddings
) -> None:
    first = await encode_once(TEXTS, library, counted)
    again = await encode_once(TEXTS[::-1], library, counted)

    assert counted.encoded == TEXTS
    np.testing.assert_allclose(first, embeddings.encode(TEXTS), atol=ROUNDING)
    np.testing.assert_array_equal(again, first[::-1])


async def test_one_more_text_is_one_more_to_encode(library: Library, counted: Counted) -> None:
    await encode_once(TEXTS, library, counted)

    vectors = await encode_once(["a new one", *TEXTS, "a new one"], library, counted)

    assert counted.encoded == [*TEXTS, "a new one"]
    np.testing.assert_array_equal(vectors[0], vectors[-1])


async def test_no_texts_have_no_vectors(library: Library, counted: Counted) -> None:
    assert (await encode_once([], library, counted)).shape == (0, counted.dimensions)
    assert counted.encoded == []
