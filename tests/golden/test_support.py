"""Verification, measured on the sentences kept aside.

To reach: unsupported caught 0.95, supported kept 0.95. The threshold is chosen by cross-validation on
the part tune, not here. Measured on 2026-12-01: on the 330 earlier sentences 0.943 and 0.891, where the
verifier before had 0.932 and 0.884; on 140 fresh and harder ones by somebody who never saw the code 0.892
and 0.719, where it had 0.819 and 0.754. Neither is reached on all of them; until both are, the floors
below hold.
"""

from __future__ import annotations

import pytest

from knowledge.roles import load_roles
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.verify import Verifier
from retrieval.wording import Wording
from tests.golden.support import Labelled, load_support

# Of the earlier sentences and of the fresh ones, the ids of which begin alike.
FRESH = "sn"
CAUGHT = {False: 0.935, True: 0.88}
KEPT = {False: 0.88, True: 0.7}

# A few hundred sentences, each with its passage, to encode.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
async def verdicts(embeddings: SentenceEmbeddings, wording: Wording) -> list[tuple[Labelled, bool]]:
    verifier = Verifier(embeddings, Reader(wording, load_roles()))
    return [(row, await verifier.supported(row.sentence, [row.chunk])) for row in load_support("aside")]


@pytest.mark.parametrize("fresh", [False, True], ids=["earlier", "fresh"])
def test_what_a_passage_does_not_say_is_caught(verdicts: list[tuple[Labelled, bool]], *, fresh: bool) -> None:
    caught = [not verdict for row, verdict in verdicts if not row.supported and _is_fresh(row) == fresh]

    assert sum(caught) / len(caught) >= CAUGHT[fresh]


@pytest.mark.parametrize("fresh", [False, True], ids=["earlier", "fresh"])
def test_what_a_passage_says_is_kept(verdicts: list[tuple[Labelled, bool]], *, fresh: bool) -> None:
    kept = [verdict for row, verdict in verdicts if row.supported and _is_fresh(row) == fresh]

    assert sum(kept) / len(kept) >= KEPT[fresh]


def _is_fresh(row: Labelled) -> bool:
    return row.id.startswith(FRESH)
