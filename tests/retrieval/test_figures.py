"""The figure a question asks for is known, and which statements give one."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import StoredChunk
from knowledge.units import Unit
from retrieval.embeddings import SentenceEmbeddings
from retrieval.figures import Figures


def chunk(*statements: str) -> StoredChunk:
    units = tuple(Unit("sentence", text, 0) for text in statements)
    return StoredChunk("c.0", "c", "C", "S", (), "", "", units, np.empty((0, 0), np.float32))


@pytest.fixture
def figures(embeddings: SentenceEmbeddings) -> Figures:
    return Figures.load(embeddings)


@pytest.mark.parametrize(
    ("question", "gives", "gives_none"),
    [
        ("how long is the tunnel", "It runs for 300 yards under the hill.", "It was dug by 40 men."),
        ("How long does it take?", "Allow half an hour for it.", "Allow enough time for it."),
        ("what does a day ticket cost", "It is £4, or nothing for children.", "Buy it at the gate."),
        ("how much do the guards earn", "They were paid by the week.", "Four of them stand there."),
        ("how heavy is the bell", "It took a crane to lift its nine tons.", "It hangs forty feet up."),
        ("what year did the bridge open", "A duke opened it in 1884.", "A duke opened it at noon."),
        ("how fast may I drive", "Keep below 20 mph.", "Keep to the left."),
        ("how many cats has the mill got", "Three kittens live in the loft.", "Two doors lead to the loft."),
        ("how many people work there", "Some forty men and women do.", "It has eleven floors."),
    ],
)
async def test_a_figure_is_given_or_not(figures: Figures, question: str, gives: str, gives_none: str) -> None:
    assert await figures.given(question, [chunk(gives, gives_none)]) == frozenset({gives})


@pytest.mark.parametrize(
    "question",
    [
        "why was the bridge built",
        "how many times did they try",  # any number answers that
        "who opened the bridge, and what did it cost?",  # the figure is not all that is asked for
        "I took less pay for it, learned alone for a year, liked it a lot, and wonder now: how do I go on",
    ],
)
async def test_other_questions_ask_for_no_figure(figures: Figures, question: str) -> None:
    assert await figures.given(question, [chunk("It cost 300 pounds.")]) is None


async def test_where_nothing_is_counted_no_statement_counts(figures: Figures) -> None:
    assert await figures.given("how many cats are there", [chunk("There are cats.")]) == frozenset()
