from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from langchain_core.runnables import Runnable

from bot.app import App
from knowledge.guide import Guide
from knowledge.library import Library
from knowledge.roles import load_roles
from knowledge.units import split_units
from retrieval.answer import Answer, Passage
from retrieval.chain import AnswerChain, Inquiry, Outcome
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.find import Finder
from retrieval.judge import Judge
from retrieval.reading import Reading
from retrieval.refresh import Refresh, ignore_progress
from retrieval.rewrite import Exchange, Rewriter
from retrieval.search import Searcher
from retrieval.sections import Sections
from retrieval.spelling import Spelling
from retrieval.wording import Wording

ROLES = load_roles()
TITLES = {
    "Applied ML Engineer",
    "Data Scientist",
    "Research Scientist",
    "ML Infrastructure Engineer",
    "AI/ML Product Manager",
}
SKILLS = "What skills does a data scientist need?"
PAY = "and how much salary do they earn?"
# An exchange about something that has just been answered, with a list.
ANSWERED = Exchange(
    question=SKILLS,
    subject="Data Scientist",
    points=("Languages: SQL and Python", "Charts: Tableau"),
    said=("A Data Scientist needs languages and charts.", "Languages: SQL and Python", "Charts: Tableau"),
)


class Strict(Judge):
    """Says of every question that the guides do not cover it, and remembers having been asked."""

    def __init__(self) -> None:
        super().__init__((), (), np.empty((0, 384), np.float32), Wording({}, Spelling()))
        self.asked: list[str] = []

    def lean(self, reading: Reading, passages: Sequence[Passage], field: Field) -> float:  # noqa: ARG002
        self.asked.append(reading.text)
        return -1.0


class Lenient(Judge):
    """Says of every question that the guides cover it."""

    def __init__(self) -> None:
        super().__init__((), (), np.empty((0, 384), np.float32), Wording({}, Spelling()))

    def lean(self, reading: Reading, passages: Sequence[Passage], field: Field) -> float:  # noqa: ARG002
        return 1.0


MakeChain = Callable[[Judge], AnswerChain]


@pytest.fixture
def make_chain(
    library: Library, searcher: Searcher, embeddings: SentenceEmbeddings, wording: Wording
) -> MakeChain:
    """Make a chain of real parts but for the judge, over the library of the test."""

    def make(judge: Judge) -> AnswerChain:
        sections = Sections(library, embeddings.fingerprint)
        finder = Finder(ROLES, embeddings, searcher, sections)
        return AnswerChain(Rewriter(wording, ROLES), ROLES, finder, judge)

    return make


@pytest.fixture
async def _small_library(refresh: Refresh, make_guide: Callable[..., Guide]) -> None:
    """Two roles, and a guide of tools that names both."""
    guides = [
        make_guide(
            "data-scientist",
            "A Data Scientist needs languages and charts.\n\n"
            "- Languages: SQL and Python\n- Charts: Tableau\n- Statistics: models",
            "A Data Scientist explains findings to the business.",
        ),
        make_guide(
            "research-scientist", "A Research Scientist needs advanced mathematics and writes papers."
        ),
        make_guide(
            "tools",
            "Skills of a Data Scientist include Python. Skills of a Research Scientist include Julia. "
            "Skills in Git are needed by everybody.",
        ),
        make_guide("portfolio", "A portfolio holds three projects with documentation."),
    ]
    await refresh.apply(await refresh.plan(guides), actor="test", note="", progress=ignore_progress)


def texts(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


@pytest.mark.usefixtures("_small_library")
async def test_only_general_guides_and_that_of_the_role_asked_about_are_read(make_chain: MakeChain) -> None:
    chain = make_chain(Lenient())

    one = (await chain.answer(Inquiry(SKILLS))).answer
    none = (await chain.answer(Inquiry("What skills do I need?"))).answer
    both = (await chain.answer(Inquiry("Data scientist or research scientist: which skills?"))).answer

    assert {passage.chunk.guide_id for passage in one.passages} == {"data-scientist", "tools", "portfolio"}
    everything = {"data-scientist", "research-scientist", "tools", "portfolio"}
    assert {passage.chunk.guide_id for passage in none.passages} == everything
    assert {passage.chunk.guide_id for passage in both.passages} == everything


@pytest.mark.usefixtures("_small_library")
@pytest.mark.parametrize(
    ("role", "own", "others"),
    [("data scientist", "Python", "Julia"), ("research scientist", "Julia", "Python")],
)
async def test_what_a_general_guide_says_of_other_roles_only_is_left_out(
    make_chain: MakeChain, role: str, own: str, others: str
) -> None:
    outcome = await make_chain(Lenient()).answer(
        Inquiry(f"Which skills in tools does a {role} need, in detail?")
    )

    quoted = [s.text for s in outcome.answer.statements if s.text.startswith("Skills")]
    assert any(own in text for text in quoted)
    assert "Skills in Git are needed by everybody." in quoted
    assert not any(others in text for text in quoted)


@pytest.mark.usefixtures("_small_library")
async def test_a_refusal_names_the_nearest_topics_and_cites_nothing(make_chain: MakeChain) -> None:
    outcome = await make_chain(Strict()).answer(Inquiry(SKILLS))

    answer = outcome.answer
    assert not answer.covered
    assert (answer.statements, answer.citations, answer.text) == ((), (), "")
    nearest = [f"What about {p.chunk.section} ({p.chunk.guide})?" for p in answer.passages[:3]]
    assert answer.nearest == tuple(nearest)
    assert not any("research" in topic for topic in nearest)
    assert outcome.exchange == Exchange(SKILLS, "Data Scientist", offers=answer.nearest, answered=False)


@pytest.mark.usefixtures("_small_library")
@pytest.mark.parametrize(
    "message", ["why?", "how come?", "the second one", "and the first?", "is it for me?"]
)
async def test_a_follow_up_that_only_refers_back_is_covered_by_what_was_answered(
    make_chain: MakeChain, message: str
) -> None:
    judge = Strict()

    outcome = await make_chain(judge).answer(Inquiry(message, ANSWERED))

    assert outcome.answer.covered
    assert judge.asked == []
    assert outcome.exchange.said == ANSWERED.said + tuple(texts(outcome.answer))


@pytest.mark.usefixtures("_small_library")
@pytest.mark.parametrize(
    ("message", "last"),
    [
        ("why?", None),
        ("why?", Exchange(SKILLS, "Data Scientist", answered=False)),  # nothing has been said
        (PAY, ANSWERED),
        ("and hackathons?", ANSWERED),
        ("How do I bake bread?", ANSWERED),
    ],
)
async def test_a_message_that_asks_something_itself_is_judged(
    make_chain: MakeChain, message: str, last: Exchange | None
) -> None:
    judge = Strict()

    outcome = await make_chain(judge).answer(Inquiry(message, last))

    assert not outcome.answer.covered
    assert set(judge.asked) == {message}


@pytest.mark.usefixtures("_small_library")
async def test_several_questions_in_one_message_each_get_their_statements(make_chain: MakeChain) -> None:
    outcome = await make_chain(Lenient()).answer(
        Inquiry("What mathematics does research need and what should a portfolio hold?")
    )

    sections = [citation.guide for citation in outcome.answer.citations]
    assert sections[:2] == ["About research-scientist", "About portfolio"]
    assert texts(outcome.answer)[:2] == [
        "A Research Scientist needs advanced mathematics and writes papers.",
        "A portfolio holds three projects with documentation.",
    ]


@pytest.mark.usefixtures("_small_library")
async def test_an_exchange_carries_what_a_follow_up_may_refer_to(make_chain: MakeChain) -> None:
    chain = make_chain(Lenient())
    question = "Which languages and charts does a data scientist need?"

    first = await chain.answer(Inquiry(question))
    picked = await chain.answer(Inquiry("the second one", first.exchange))
    elsewhere = await chain.answer(
        Inquiry("How many documented projects does a portfolio hold?", picked.exchange)
    )

    points = ("Languages: SQL and Python", "Charts: Tableau", "Statistics: models")
    assert first.exchange.question == question
    assert first.exchange.subject == "Data Scientist"
    assert first.exchange.points == points
    assert first.exchange.said == tuple(texts(first.answer))
    assert first.exchange.offers == first.answer.nearest
    assert picked.exchange.subject == "Charts"
    assert picked.exchange.points == points  # so that another can be picked
    assert picked.exchange.said[: len(first.exchange.said)] == first.exchange.said
    assert elsewhere.exchange.said == tuple(texts(elsewhere.answer))
    assert not set(elsewhere.exchange.points) & set(points)


@pytest.mark.usefixtures("_small_library")
async def test_more_says_only_what_was_not_said_until_nothing_is_left(make_chain: MakeChain) -> None:
    chain = make_chain(Lenient())
    outcome = await chain.answer(Inquiry(SKILLS))
    rounds = 0
    while outcome.answer.statements:
        before = outcome.exchange.said
        outcome = await chain.answer(Inquiry("tell me more", outcome.exchange))
        assert outcome.answer.covered
        assert not set(texts(outcome.answer)) & set(before)
        assert outcome.exchange.said == before + tuple(texts(outcome.answer))
        rounds += 1

    assert 1 <= rounds < 5
    assert (outcome.answer.citations, outcome.exchange.points) == ((), ())


async def test_without_a_library_nothing_is_covered(make_chain: MakeChain) -> None:
    judge = Strict()

    outcome = await make_chain(judge).answer(Inquiry(SKILLS))

    assert not outcome.answer.covered
    assert (outcome.answer.text, outcome.answer.nearest, outcome.answer.passages) == ("", (), ())
    assert outcome.exchange == Exchange(SKILLS, "Data Scientist", answered=False)
    assert judge.asked == []  # there is nothing to judge by


# Whole turns, over the guides that are shipped.


async def converse(app: App, *messages: str) -> Outcome:
    """Ask one thing after another; return what comes of the last."""
    outcome, last = None, None
    for message in messages:
        outcome = await app.chain.answer(Inquiry(message, last))
        last = outcome.exchange
    assert outcome
    return outcome


async def test_the_chain_is_a_langchain_runnable(app: App) -> None:
    assert isinstance(app.chain.runnable, Runnable)

    outcomes = await app.chain.runnable.abatch([Inquiry(SKILLS), Inquiry("How do I bake bread?")])

    assert [outcome.answer.covered for outcome in outcomes] == [True, False]


@pytest.mark.parametrize(
    "question",
    [
        SKILLS,
        "which role suits me?",
        "what maths do I need and which projects should I build?",
        # Both rest on the same section.
        "what tools does a data scientist use and what skills does a data scientist need?",
    ],
)
async def test_every_statement_is_a_sentence_item_or_row_of_its_citation(app: App, question: str) -> None:
    answer = (await converse(app, question)).answer

    assert answer.statements
    assert list(dict.fromkeys(s.marker for s in answer.statements)) == [c.marker for c in answer.citations]
    assert len({(c.place, c.quote) for c in answer.citations}) == len(answer.citations)
    for statement in answer.statements:
        quote = answer.citations[statement.marker - 1].quote
        assert statement.text in {unit.text for unit in split_units(quote)}


@pytest.mark.parametrize("role", sorted(TITLES))
async def test_a_question_on_one_role_is_not_answered_from_another(app: App, role: str) -> None:
    outcome = await converse(app, f"What skills does a {role} need?")

    answer = outcome.answer
    assert answer.citations[0].guide == role
    assert {passage.chunk.guide for passage in answer.passages} & TITLES == {role}
    for statement in answer.statements:
        named = {each.title for each in ROLES.named(statement.text)}
        assert not named or role in named
    assert outcome.exchange.subject == role


async def test_a_follow_up_is_not_covered_because_its_subject_is(app: App) -> None:
    outcome = await converse(app, SKILLS, PAY)

    assert not outcome.answer.covered
    assert (outcome.answer.statements, outcome.answer.citations) == ((), ())
    assert 1 <= len(outcome.answer.nearest) <= 3
    assert outcome.exchange.subject == "Data Scientist"


async def test_after_a_refusal_the_subject_can_still_be_followed_up(app: App) -> None:
    outcome = await converse(app, SKILLS, PAY, "what do they do all day?")

    assert outcome.answer.covered
    assert outcome.answer.citations[0].guide == "Data Scientist"


async def test_two_questions_in_one_message_are_both_answered(app: App) -> None:
    outcome = await converse(app, "what maths do I need and which projects should I build?")

    assert "linear algebra" in outcome.answer.text.lower()
    assert {"Foundations and Tools", "Projects and Portfolio"} <= {c.guide for c in outcome.answer.citations}


async def test_asking_which_role_suits_makes_that_role_the_subject(app: App) -> None:
    outcome = await converse(
        app, "I love theory and mathematics, which role suits me?", "what skills does it take?"
    )

    assert outcome.exchange.subject == "Research Scientist"
    assert outcome.answer.citations[0].guide == "Research Scientist"


async def test_a_question_in_short_forms_and_with_slips_finds_the_same(app: App) -> None:
    right = await converse(app, "What skills does a machine learning infrastructure engineer need?")
    typed = await converse(app, "wat skils does a ml infra enginer need")

    assert typed.answer.covered
    assert typed.answer.citations[0] == right.answer.citations[0]


async def test_the_same_question_gets_the_same_answer_also_in_company(app: App) -> None:
    alone = await converse(app, SKILLS)

    together = await asyncio.gather(
        converse(app, SKILLS), converse(app, "which role suits me?"), converse(app, SKILLS)
    )

    assert together[0].answer.text == together[2].answer.text == alone.answer.text


async def test_a_question_that_stands_alone_leaves_the_role_spoken_of(app: App) -> None:
    outcome = await converse(app, SKILLS, "what do I do about the maths?")

    assert outcome.answer.citations[0].place == "Foundations and Tools › Maths"
    assert outcome.exchange.subject == "what do I do about the mathematics?"


async def test_a_question_that_the_role_answers_as_well_keeps_to_it(app: App) -> None:
    outcome = await converse(app, "what does a product manager do?", "which tools?")

    assert outcome.answer.citations[0].place == "AI/ML Product Manager › Key skills"
    assert outcome.exchange.subject == "AI/ML Product Manager"


async def test_tell_me_more_reads_on_in_the_same_guide(app: App) -> None:
    first = await converse(app, "what did people who switched say")

    more = await app.chain.answer(Inquiry("tell me more", first.exchange))

    assert {citation.guide for citation in more.answer.citations} == {first.answer.citations[0].guide}
    assert {c.section for c in more.answer.citations} - {c.section for c in first.answer.citations}


async def test_the_second_one_counts_the_roles_an_answer_begins_with(app: App) -> None:
    outcome = await converse(app, "what machine learning roles are there?", "tell me about the second one")

    assert outcome.exchange.subject == "Data Scientist"


async def test_no_role_is_described_to_whoever_asks_for_none(app: App) -> None:
    answer = (await converse(app, "what maths do I need")).answer

    assert not TITLES & {citation.guide for citation in answer.citations}
    assert TITLES & {passage.chunk.guide for passage in answer.passages}  # though they were found


async def test_only_the_point_that_a_follow_up_names_is_quoted_from_a_list(app: App) -> None:
    text = (await converse(app, "how is machine learning used in retail?", "and transport?")).answer.text

    assert "- Transport:" in text
    assert "- Finance:" not in text
