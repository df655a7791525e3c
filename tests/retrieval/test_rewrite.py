from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.roles import load_roles
from retrieval.answer import Answer, Citation, Statement
from retrieval.rewrite import Exchange, Question, Rewriter
from retrieval.wording import Wording

ROLES = load_roles()
SKILLS = Exchange(
    question="What skills does a Data Scientist need?",
    subject="Data Scientist",
    points=("Languages: SQL and Python", "Visualisation tools: Tableau", "Statistics: modelling"),
    said=("A Data Scientist needs SQL.", "Languages: SQL and Python"),
    offers=("What does a Data Scientist do?", "How do the five roles compare?"),
)
MATHS = Exchange(
    question="what mathematics do I need?",
    subject="what mathematics do I need?",
    said=("Three areas carry most of it.",),
    offers=("Which tools do I need?", "Is a degree enough?"),
)
WHICH_ROLE = Exchange(
    question="which role suits me?",
    subject="Research Scientist",
    points=("Data Scientist: patterns in data", "Research Scientist: theory"),
    said=("Ask yourself what you enjoy.",),
)
ALL = (SKILLS, MATHS, WHICH_ROLE)


@pytest.fixture(scope="module")
def rewriter(wording: Wording) -> Rewriter:
    return Rewriter(wording, ROLES)


def role_ids(question: Question) -> list[str]:
    return [role.id for role in question.roles]


@pytest.mark.parametrize("last", ALL, ids=lambda last: last.subject)
@pytest.mark.parametrize(
    "message",
    [
        "more",
        "Tell me more!",
        "go on",
        "in detail",
        "in more detail, please.",
        "ok, can you elaborate please?",
        "more about that",
        "What else?",
        "could u give me some more details",
        "great! continue",
    ],
)
def test_more_asks_the_last_question_again_at_length(
    rewriter: Rewriter, message: str, last: Exchange
) -> None:
    question = rewriter.rewrite(message, last)

    assert (question.text, question.subject) == (last.question, last.subject)
    assert question.length == "long"
    assert question.follow_up
    assert question.said == last.said


@pytest.mark.parametrize(
    ("message", "last", "text", "subject"),
    [
        # Why.
        ("why?", SKILLS, "why? What skills does a Data Scientist need?", "Data Scientist"),
        ("ok but why", MATHS, "ok but why what mathematics do I need?", "what mathematics do I need?"),
        ("how come?", WHICH_ROLE, "how come? which role suits me?", "Research Scientist"),
        # What about something else.
        ("and certificates?", SKILLS, "and certificates? Data Scientist", "Data Scientist"),
        ("what about pay", SKILLS, "what about pay Data Scientist", "Data Scientist"),
        ("then what about interviews", SKILLS, "then what about interviews Data Scientist", "Data Scientist"),
        # Pronouns.
        ("what tools do they use", SKILLS, "what tools do Data Scientist use", "Data Scientist"),
        ("who is it for?", SKILLS, "who is Data Scientist for?", "Data Scientist"),
        ("is it hard?", MATHS, "is it hard? what mathematics do I need?", "what mathematics do I need?"),
        ("What does it take?", WHICH_ROLE, "What does Research Scientist take?", "Research Scientist"),
        (
            "how long does it take to become one if I already know statistics",
            SKILLS,
            "how long does Data Scientist take to become one if I already know statistics",
            "Data Scientist",
        ),
        # Two words of its own say too little.
        ("which books?", MATHS, "which books? what mathematics do I need?", None),
        # Ordinals.
        ("the second one", SKILLS, "Visualisation tools: Tableau", "Visualisation tools"),
        ("2nd", SKILLS, "Visualisation tools: Tableau", "Visualisation tools"),
        ("number 3", SKILLS, "Statistics: modelling", "Statistics"),
        ("option 1 please", SKILLS, "Languages: SQL and Python please", "Languages"),
        ("the last point", SKILLS, "Statistics: modelling", "Statistics"),
        ("the first", WHICH_ROLE, "Data Scientist: patterns in data", "Data Scientist"),
        ("the second", MATHS, "Is a degree enough?", "Is a degree enough?"),
    ],
)
def test_a_follow_up_gets_what_it_leaves_unsaid(
    rewriter: Rewriter, message: str, last: Exchange, text: str, subject: str | None
) -> None:
    question = rewriter.rewrite(message, last)

    assert question.text == text
    assert question.subject == subject or subject is None
    assert question.follow_up
    assert question.length == "usual"
    assert question.said == last.said


@pytest.mark.parametrize(
    ("message", "last", "text"),
    [
        ("how do I learn the second one?", SKILLS, "how do I learn Visualisation tools"),
        ("the second one, is that it", SKILLS, "Visualisation tools: Tableau, is that it"),
        ("the second one, why learn it?", SKILLS, "Visualisation tools, why learn it"),
        ("what about the second one's tools?", WHICH_ROLE, "what about Research Scientist's tools"),
        ("the second one, tell me more", SKILLS, "Visualisation tools: Tableau"),
    ],
)
def test_what_is_asked_of_a_point_is_asked_in_its_place(
    rewriter: Rewriter, message: str, last: Exchange, text: str
) -> None:
    question = rewriter.rewrite(message, last)

    assert question.text == text
    assert question.options == last.points
    assert (question.length == "long") == ("more" in message)
    assert not question.goes_deeper  # into the point, not into the answer before


@pytest.mark.parametrize(
    ("message", "last", "alone"),
    [
        ("which books?", SKILLS, "which books?"),
        ("and certificates?", MATHS, "certificates?"),
        ("what do I do about the exams?", SKILLS, "what do I do about the exams?"),
        ("how do teams measure success then", MATHS, "how do teams measure success"),
        # These say nothing without what was said before.
        ("why?", SKILLS, None),
        ("what tools do they use", SKILLS, None),
        ("is it hard?", MATHS, None),
        ("tell me more", MATHS, None),
        ("the second one", SKILLS, None),
    ],
)
def test_what_may_stand_alone_is_read_so_as_well(
    rewriter: Rewriter, message: str, last: Exchange, alone: str | None
) -> None:
    question = rewriter.rewrite(message, last)

    assert question.text != message
    assert (question.alone.text if question.alone else None) == alone
    if question.alone:
        assert (question.alone.subject, question.alone.said, question.alone.roles) == (alone, (), ())


@pytest.mark.parametrize(
    "message",
    [
        "no i meant infra",
        "No, I mean the infrastructure engineer",
        "sorry, i meant infra",
        "i meant infra!",
        "nope, what about infra",
    ],
)
def test_a_correction_asks_the_last_question_of_the_role_that_was_meant(
    rewriter: Rewriter, message: str
) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert role_ids(question) == ["ml-infrastructure-engineer"]
    assert question.text == "What skills does a ML Infrastructure Engineer need?"


def test_the_same_is_asked_of_another_role_of_a_list(rewriter: Rewriter) -> None:
    two = ("Data Scientist", "Applied ML Engineer")
    compared = Exchange("how do they differ?", "Data Scientist and Applied ML Engineer", points=two)

    second = rewriter.rewrite("what skills for the second one", compared)
    assert role_ids(second) == ["applied-ml-engineer"]
    first = rewriter.rewrite("and the first?", Exchange(second.text, second.subject, points=second.options))

    assert role_ids(first) == ["data-scientist"]
    assert first.text == "what skills for Data Scientist"
    assert first.options == two


@pytest.mark.parametrize(
    "message",
    [
        "switching topic, what does a portfolio contain",
        "quick question: what does a portfolio contain",
        "ok back to what does a portfolio contain",
    ],
)
def test_another_subject_leaves_the_last_one(rewriter: Rewriter, message: str) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert (question.text, question.follow_up) == ("what does a portfolio contain", False)


@pytest.mark.parametrize(
    "message", ["tldr", "tl;dr pls", "ok shorter please", "can you summarize that", "in short?"]
)
def test_less_is_the_last_answer_in_brief(rewriter: Rewriter, message: str) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert (question.text, question.length, question.refers_back) == (SKILLS.question, "brief", True)


def test_a_question_may_ask_for_few_words(rewriter: Rewriter) -> None:
    assert rewriter.rewrite("what does a data scientist do, in one sentence", None).length == "brief"


def test_a_pronoun_may_stand_for_several_roles(rewriter: Rewriter) -> None:
    both = Exchange("how do they compare?", "Data Scientist and Research Scientist")

    question = rewriter.rewrite("which tools do they use?", both)

    assert question.text == "which tools do Data Scientist and Research Scientist use?"
    assert role_ids(question) == ["data-scientist", "research-scientist"]


def test_what_says_nothing_of_its_own_asks_of_the_question_before(rewriter: Rewriter) -> None:
    compared = Exchange("how do the two kinds of work differ?", "one and the other kind of work")

    question = rewriter.rewrite("what does that mean for me?", compared)

    assert question.text == f"what does that mean for me? {compared.question}"


@pytest.mark.parametrize(
    ("message", "last", "text"),
    [
        ("and for research scientists?", SKILLS, "What skills does a Research Scientist need?"),
        ("what about infra?", SKILLS, "What skills does a ML Infrastructure Engineer need?"),
        ("how about PM", SKILLS, "What skills does a AI/ML Product Manager need?"),
        ("and for research scientists?", MATHS, "Research Scientist: what mathematics do I need?"),
        ("data scientist", MATHS, "Data Scientist: what mathematics do I need?"),
    ],
)
def test_the_last_question_is_asked_of_another_role(
    rewriter: Rewriter, message: str, last: Exchange, text: str
) -> None:
    question = rewriter.rewrite(message, last)

    (role,) = question.roles
    assert (question.text, question.asked, question.subject) == (text, text, role.title)
    assert question.said == ()


@pytest.mark.parametrize("message", ["the fourth one", "5th", "number 9", "the fifth option"])
def test_a_point_that_was_not_made_cannot_be_picked(rewriter: Rewriter, message: str) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert question.options == ()
    assert not any(point in question.text for point in SKILLS.points)


def test_after_picking_a_point_another_may_be_picked(rewriter: Rewriter) -> None:
    assert rewriter.rewrite("the first one", SKILLS).options == SKILLS.points


@pytest.mark.parametrize("message", ["what should I learn first?", "how long does it last?"])
def test_an_ordinal_that_is_an_adverb_or_a_verb_picks_nothing(rewriter: Rewriter, message: str) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert question.options == ()
    assert question.subject == "Data Scientist"


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("1", 0),
        ("2", 1),
        (" 2. ", 1),
        ("#1", 0),
        ("2)", 1),
        ("yes", 0),
        ("Sure!", 0),
        ("yup", 0),
        ("go ahead", 0),
    ],
)
@pytest.mark.parametrize("last", [SKILLS, MATHS], ids=lambda last: last.subject)
def test_a_bare_number_or_a_yes_takes_an_offer(
    rewriter: Rewriter, message: str, number: int, last: Exchange
) -> None:
    question = rewriter.rewrite(message, last)

    assert question == rewriter.rewrite(last.offers[number], None)


def test_a_yes_to_no_offer_is_a_message_like_any_other(rewriter: Rewriter) -> None:
    question = rewriter.rewrite("yes", WHICH_ROLE)

    assert question.text == "yes"
    assert (question.said, question.options) == ((), ())


@pytest.mark.parametrize("message", ["0", "3", "77", "9" * 400])
def test_a_number_beyond_the_offers_takes_none(rewriter: Rewriter, message: str) -> None:
    assert rewriter.rewrite(message, MATHS).text not in MATHS.offers


@pytest.mark.parametrize("last", [None, *ALL], ids=lambda last: last.subject if last else "first")
@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("How do I prepare for machine learning interviews?", None),
        ("What does an Applied ML Engineer do?", "What does an Applied machine learning Engineer do?"),
        ("I want a job that pays well, which projects belong in a portfolio?", None),
        ("Which companies hire people who know statistics?", None),
        ("different question: how do I prepare for interviews?", "how do I prepare for interviews?"),
        ("ok, new topic. which projects impress recruiters?", "which projects impress recruiters?"),
        ("another thing - is it hard?", "is it hard?"),
    ],
)
def test_a_question_that_stands_alone_is_left_alone(
    rewriter: Rewriter, message: str, text: str | None, last: Exchange | None
) -> None:
    question = rewriter.rewrite(message, last)

    assert question.text == (text or message)
    assert not question.follow_up
    assert (question.said, question.options) == ((), ())


def test_what_stands_after_a_word_of_its_own_still_points_back(rewriter: Rewriter) -> None:
    # Of many words, so that only the “that” says that something is left unsaid.
    question = rewriter.rewrite("how much statistics and probability knowledge is required for that?", SKILLS)

    assert question.follow_up
    assert role_ids(question) == ["data-scientist"]


def test_a_first_message_is_its_own_subject_or_the_role_it_names(rewriter: Rewriter) -> None:
    assert rewriter.rewrite("what mathematics do I need?", None).subject == "what mathematics do I need?"
    assert rewriter.rewrite("what does a data scientist do?", None).subject == "Data Scientist"
    assert role_ids(rewriter.rewrite("data scientist or researcher?", None)) == [
        "data-scientist",
        "research-scientist",
    ]


@pytest.mark.parametrize(
    "message", ["Explain data science in detail", "a thorough list of mathematics, please"]
)
def test_a_long_answer_can_be_asked_for_at_once(rewriter: Rewriter, message: str) -> None:
    assert rewriter.rewrite(message, None).length == "long"
    assert rewriter.rewrite("Explain data science", None).length == "usual"


def test_two_questions_are_parts_and_a_story_beside_them_is_not(rewriter: Rewriter) -> None:
    double = rewriter.rewrite("what does a data scientist do, and how do I become one?", None)
    assert double.parts == ("what does a data scientist do", "how do I become one?")

    story = (
        "I have been a software engineer for ten years in two banks and one hospital, mostly with databases. "
        "Should I take courses, and which role suits me?"
    )
    told = rewriter.rewrite(story, None)
    assert told.parts == ()
    assert told.text == story
    assert told.asked == "Should I take courses which role suits me?"


@given(st.text(max_size=60), st.sampled_from([None, *ALL]))
def test_any_message_is_read_in_any_conversation(
    rewriter: Rewriter, message: str, last: Exchange | None
) -> None:
    question = rewriter.rewrite(message, last)

    assert question.text.strip() or not message.strip()


def answered(guide: str, *statements: tuple[str, float]) -> Answer:
    """An answer from one guide, of statements and their merit."""
    said = tuple(Statement(text, 1, "item", 0, merit) for text, merit in statements)
    citation = Citation(1, guide, "Section", "A. Writer", "…")
    return Answer(covered=True, statements=said, citations=(citation,), passages=(), nearest=())


@pytest.mark.parametrize(
    ("message", "answer", "subject"),
    [
        ("which role suits me?", answered("Research Scientist", ("Theory", 0.1)), "Research Scientist"),
        (
            "which role suits me?",
            answered("Choosing", ("Be a Data Scientist", 0.2), ("Or a Research Scientist", 0.5)),
            "Research Scientist",
        ),
        (
            "which role suits me?",
            answered("Choosing", ("Data Scientist or Research Scientist", 0.9)),
            "which role suits me?",
        ),
        (
            "what maths do I need?",
            answered("Research Scientist", ("Data Scientist", 0.9)),
            "what mathematics do I need?",
        ),
        ("is Data Scientist a good job?", answered("Research Scientist", ("Theory", 0.9)), "Data Scientist"),
    ],
)
def test_whoever_asks_for_a_role_goes_on_about_the_one_named(
    rewriter: Rewriter, message: str, answer: Answer, subject: str
) -> None:
    assert rewriter.subject_of(rewriter.rewrite(message, None), answer) == subject


@pytest.mark.parametrize(
    "message", ["what about the statistics one?", "tell me more about the tableau point"]
)
def test_a_point_may_be_picked_by_a_word_in_it(rewriter: Rewriter, message: str) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert question.options == SKILLS.points
    assert any(word in question.text.casefold() for word in ("statistics", "tableau"))


def test_a_word_that_stands_in_several_points_picks_none(rewriter: Rewriter) -> None:
    twice = Exchange("which tools?", "tools", points=("Tableau: charts", "Matplotlib: charts"))

    assert rewriter.rewrite("the charts one", twice).options == ()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("which one trains models?", "which ML role trains models"),
        ("hmm and which one has less ops", "which ML role has less ops"),
        ("who does then", "which ML role What skills does a need?"),
    ],
)
def test_after_one_role_it_may_be_asked_which_one_does_it(
    rewriter: Rewriter, message: str, text: str
) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert (question.text, question.roles) == (text, ())


def test_which_one_after_no_role_is_a_follow_up_like_others(rewriter: Rewriter) -> None:
    assert MATHS.subject in rewriter.rewrite("which one is hardest?", MATHS).text


@pytest.mark.parametrize(
    ("message", "denies", "moves_on"),
    [
        ("and what isnt needed?", True, False),
        ("any other tools?", False, True),
        ("anything else without code?", True, True),
        ("which tools?", False, False),
    ],
)
def test_a_follow_up_may_mean_what_it_does_not_name(
    rewriter: Rewriter, message: str, *, denies: bool, moves_on: bool
) -> None:
    question = rewriter.rewrite(message, SKILLS)

    assert (question.denies, question.moves_on) == (denies, moves_on)
