"""Verification, measured on the sentences kept aside.

To reach: unsupported caught 0.95, supported kept 0.95. Measured on 2026-12-01, on 330 sentences,
140 of them by somebody who never saw the code: 0.932 and 0.884. The verifier before had 0.938 and
0.855 of the same ones. The threshold is chosen by cross-validation on the part tune, not here.
Neither is reached on all of them; until both are, the floors below hold.
"""

from __future__ import annotations

import pytest

from knowledge.roles import load_roles
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.verify import Verifier
from retrieval.wording import Wording
from tests.golden.support import Labelled, load_support

CAUGHT = 0.925
KEPT = 0.87

# A few hundred sentences, each with its passage, to encode.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
async def verdicts(embeddings: SentenceEmbeddings, wording: Wording) -> list[tuple[Labelled, bool]]:
    verifier = Verifier(embeddings, Reader(wording, load_roles()))
    return [(row, await verifier.supported(row.sentence, [row.chunk])) for row in load_support("aside")]


def test_what_a_passage_does_not_say_is_caught(verdicts: list[tuple[Labelled, bool]]) -> None:
    caught = [not verdict for row, verdict in verdicts if not row.supported]

    assert sum(caught) / len(caught) >= CAUGHT


def test_what_a_passage_says_is_kept(verdicts: list[tuple[Labelled, bool]]) -> None:
    kept = [verdict for row, verdict in verdicts if row.supported]

    assert sum(kept) / len(kept) >= KEPT
