"""What must hold of the fit whatever is said: determinism, order, politeness, monotony."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.clauses import Clause, Polarity, clauses, timeless
from bot.coach.facts import is_worth_keeping
from bot.coach.fit import Evidence, Standing, is_enough, level, rank, would_change
from knowledge.roles import Facet, load_roles
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
POLITE = [
    "Hello there!",
    "Please help me.",
    "Thanks a lot in advance.",
    "Could you have a look?",
    "Kind regards",
]
STORIES = [
    "I grew up on a farm and moved to Lisbon.",
    "We have three kids and a noisy dog.",
    "Last summer I walked across the Alps with my brother.",
    "I play the cello on Sundays.",
]


class Scale:
    """Weighs what somebody says."""

    def __init__(self, facets: Facets, loop: asyncio.AbstractEventLoop) -> None:
        self.facets = facets
        self._loop = loop

    def evidence(self, said: Sequence[Clause]) -> list[Evidence]:
        topics = [timeless(clause.topic) for clause in said]
        found = self._loop.run_until_complete(self.facets.matches(topics))
        return [Evidence(clause, matches) for clause, matches in zip(said, found, strict=True)]

    def ranking(self, *said: str) -> tuple[Standing, ...]:
        """Rank by what the coach would keep."""
        evidence = self.evidence([clause for text in said for clause in clauses(text)])
        return rank(ROLES, filter(is_worth_keeping, evidence))

    def scores(self, *said: str) -> dict[str, int]:
        return {standing.role.id: standing.score for standing in self.ranking(*said)}


@pytest.fixture(scope="module")
def scale(embeddings: SentenceEmbeddings, wording: Wording) -> Scale:
    loop = asyncio.new_event_loop()
    return Scale(loop.run_until_complete(Facets.open(ROLES, embeddings, wording)), loop)


@pytest.fixture(scope="module", autouse=True)
def _close(scale: Scale) -> Iterator[None]:
    yield
    scale._loop.close()


@settings(max_examples=25)
@given(st.permutations(SAID))
def test_the_order_of_sentences_does_not_matter(scale: Scale, said: list[str]) -> None:
    assert scale.scores(*said) == scale.scores(*SAID)


@settings(max_examples=15)
@given(
    st.permutations(["Kubernetes", "Docker", "SQL", "Python", "statistics"]),
    st.sampled_from(["love", "hate"]),
)
def test_the_order_of_a_list_does_not_matter(scale: Scale, named: list[str], verb: str) -> None:
    in_order = sorted(named)
    assert scale.scores(f"I {verb} {', '.join(named[:-1])} and {named[-1]}.") == scale.scores(
        f"I {verb} {', '.join(in_order[:-1])} and {in_order[-1]}."
    )


@pytest.mark.parametrize(
    "words", ["designing large systems", "hidden trends in data", "writing research papers"]
)
async def test_the_order_of_words_does_not_matter(scale: Scale, words: str) -> None:
    one, other = await scale.facets.matches([words, " ".join(reversed(words.split()))])

    assert {match.facet.id for match in one}
    assert {match.facet.id for match in one} == {match.facet.id for match in other}


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(SAID), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(POLITE + STORIES), max_size=4),
)
def test_politeness_and_life_stories_do_not_matter(scale: Scale, said: list[str], aside: list[str]) -> None:
    plain = scale.scores(*said)
    dressed = scale.scores(*aside, *said)

    assert dressed == plain


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(SAID), max_size=6, unique=True),
    st.sampled_from([facet for facet in FACETS if not facet.disliked]),
    st.sampled_from(["likes", "has"]),
    st.data(),
)
def test_a_fact_in_favour_never_lowers_a_role(
    scale: Scale, said: list[str], facet: Facet, polarity: Polarity, data: st.DataObject
) -> None:
    known = [clause for text in said for clause in clauses(text)]
    example = data.draw(st.sampled_from(facet.examples))
    before = {s.role.id: s.worth for s in rank(ROLES, scale.evidence(known))}

    after = {
        s.role.id: s.worth for s in rank(ROLES, scale.evidence([*known, Clause(example, example, polarity)]))
    }

    assert after[facet.role_id] >= before[facet.role_id]


def test_the_same_words_give_the_same_score(scale: Scale) -> None:
    assert scale.ranking(*SAID) == scale.ranking(*SAID)


def test_nothing_said_is_not_enough_and_one_tool_of_two_roles_leaves_them_level(scale: Scale) -> None:
    assert not is_enough(scale.ranking("I have a cat."))

    python = scale.ranking("I know Python.")

    assert is_enough(python)
    assert {standing.role.id for standing in level(python)} == {"applied-ml-engineer", "data-scientist"}


def test_how_long_and_how_often_speaks_of_no_skill(scale: Scale) -> None:
    assert not is_enough(scale.ranking("I have 10 hours a week.", "I've done this for eight years."))


@pytest.mark.parametrize("text", ["I can go there by bus.", "My night job is dull.", "I like old castles."])
def test_no_skill_is_made_up(scale: Scale, text: str) -> None:
    reasons = [reason for standing in scale.ranking(text) for reason in standing.reasons]
    assert not [reason for reason in reasons if reason.facet.kind in {"skill", "domain"}]


def test_what_would_change_it_moves_the_second_role_up(scale: Scale) -> None:
    ranking = scale.ranking("I like finding patterns in data.", "I like Kubernetes.")
    liked = would_change(ranking)
    assert liked

    said = [
        clause
        for text in ("I like finding patterns in data.", "I like Kubernetes.")
        for clause in clauses(text)
    ]
    more = [Clause(facet.examples[0], facet.examples[0], "likes") for facet in liked]
    again = {s.role: s.worth for s in rank(ROLES, scale.evidence([*said, *more]))}

    assert again[ranking[1].role] > ranking[1].worth


def test_a_disliked_skill_counts_against_and_a_lacking_one_less(scale: Scale) -> None:
    worth = {
        text: next(s.worth for s in scale.ranking(text) if s.role.id == "ml-infrastructure-engineer")
        for text in (
            "I like Kubernetes.",
            "I know Kubernetes.",
            "I don't know Kubernetes.",
            "I hate Kubernetes.",
        )
    }

    assert list(worth.values()) == sorted(worth.values(), reverse=True)
    assert worth["I hate Kubernetes."] < 0 < worth["I know Kubernetes."]
