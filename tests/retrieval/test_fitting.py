"""The word of a question that fits worst tells what the passages do not speak of."""

from __future__ import annotations

import numpy as np

from knowledge.library import StoredChunk
from knowledge.units import Unit
from retrieval.embeddings import SentenceEmbeddings
from retrieval.fitting import Fitting

UNITS = (
    Unit("sentence", "The canteen on the first floor opens at eleven.", 0),
    Unit("sentence", "Bicycles go into the cellar of the new office.", 0),
)
CHUNK = StoredChunk("c.0", "c", "Moving", "The new office", (), "", "", UNITS, np.empty((0, 0), np.float32))


async def test_what_is_spoken_of_in_other_words_fits_better_than_what_is_not(
    embeddings: SentenceEmbeddings,
) -> None:
    fitting = Fitting(embeddings)

    bikes = await fitting.worst("where in the office do bikes go", [CHUNK])
    gym = await fitting.worst("where in the office is the swimming pool", [CHUNK])

    assert bikes > gym


async def test_headings_count_as_said(embeddings: SentenceEmbeddings) -> None:
    assert await Fitting(embeddings).worst("moving", [CHUNK]) > 0.5


async def test_a_question_without_telling_words_fits(embeddings: SentenceEmbeddings) -> None:
    assert await Fitting(embeddings).worst("what is it?", [CHUNK]) == 1.0
