"""What must hold of the fit whatever is said: determinism, order, politeness, monotony."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.clauses import Clause, Polarity, clauses
from bot.coach.fit import Evidence, Standing, is_enough, level, rank, would_change
from knowledge.roles import Roles, load_roles
from retrieval.embeddings import SentenceEmbeddings
from retrieval.facets import Facets
from retrieval.wording import Wording

ROLES = load_roles()
FACETS = [facet for role in ROLES for facet in role.facets]
SAID = [
    "I love Kubernetes and Docker.",
    "I hate dashboards.",
    "I've written SQL reports for six years.",
    "I'm not interested in statistics.",
    "I enjoy proofs, calculus and papers.",
    "I want to lead a team and set the strategy.",
    "I train models in PyTorch and deploy them.",
    "I don't know any Java.",
    "I like telling the story behind the numbers.",
]
POLITE = ["Hello there!", "Please help me.", "Thanks a lot in advance.", "Could you have a look?", "Kind regards"]
STORIES = [
    "I grew up on a farm and moved to Lisbon.",
    "We have three kids and a noisy dog.",
    "Last summer I walked across the Alps with my brother.",
    "I play the cello on Sundays.",
]


class Scale:
    """Weighs what somebody says."""

    def __init__(self, facets: Facets, loop: asyncio.AbstractEventLoop) -> None:
        self._facets = facets
        self._loop = loop

    def evidence(self, said: Sequence[Clause]) -> list[Evidence]:
        found = self._loop.run_until_complete(self._facets.matches([clause.topic for clause in said]))
        return [Evidence(clause, matches) for clause, matches in zip(said, found, strict=True)]

    def ranking(self, *said: str) -> tuple[Standing, ...]:
        return rank(ROLES, self.evidence([clause for text in said for clause in clauses(text)]))

    def scores(self, *said: str) -> dict[str, int]:
        return {standing.role.id: standing.score for standing in self.ranking(*said)}


@pytest.fixture(scope="module")
def scale(embeddings: SentenceEmbeddings, wording: Wording) -> Scale:
    loop = asyncio.new_event_loop()
    return Scale(loop.run_until_complete(Facets.open(ROLES, embeddings, wording)), loop)
