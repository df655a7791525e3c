from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.clauses import clauses, correction

WORDS = st.text(alphabet=st.sampled_from("I likehate not but, and statistics; Java.?’'\n-–"), max_size=120)


def claims(text: str) -> list[tuple[str, str]]:
    return [(clause.polarity, clause.topic) for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "polarities"),
    [
        ("I like Python", ["likes"]),
        ("I hate dashboards and statistics", ["dislikes", "dislikes"]),
        ("I'm not interested in statistics", ["dislikes"]),
        ("I’m not interested in statistics", ["dislikes"]),
        ("I've done Java for six years", ["has"]),
        ("I don't know any R", ["lacks"]),
        ("I have never trained a model", ["lacks"]),
        ("I like coding but not statistics", ["likes", "dislikes"]),
        ("I'd rather lead people than write code", ["likes", "dislikes"]),
        ("I don't mind statistics", ["likes"]),
        ("I don't hate dashboards any more", ["likes"]),
        ("I no longer enjoy coding", ["dislikes"]),
        ("Writing papers isn't my thing", ["dislikes"]),
        ("I do statistics all day and I hate it", ["dislikes"]),
        ("I took a research internship and found it dull", ["dislikes"]),
        ("I can't get enough of proofs", ["likes"]),
        ("Communication is my strength, coding is not", ["has", "lacks"]),
    ],
)
def test_how_a_person_stands_to_something(text: str, polarities: list[str]) -> None:
    assert [clause.polarity for clause in clauses(text)] == polarities


@pytest.mark.parametrize(
    "text",
    [
        "What can I do with SQL?",
        "which role suits me?",
        "My wife is a data scientist and loves her charts.",
        "Everybody talks about deep learning.",
        "Translate “good evening” into Japanese.",
        "there r so many options my brain is melting",
        "is ml even realistic for me",
        "",
    ],
)
def test_questions_and_other_people_are_no_claims(text: str) -> None:
    assert clauses(text) == ()


def test_a_claim_beside_others_and_questions_is_heard() -> None:
    assert claims(
        "My team uses Kubernetes daily, but I hate it. Which role fits me, I enjoy dashboards?"
    ) == [("likes", "I enjoy dashboards")]
    assert claims("I hate Kubernetes but my team uses it daily") == [("dislikes", "I hate Kubernetes")]


@given(WORDS)
def test_the_words_stand_in_the_message(text: str) -> None:
    for clause in clauses(text):
        assert clause.words in text
        assert clause.topic in clause.words


@given(WORDS)
def test_the_words_of_two_claims_do_not_overlap(text: str) -> None:
    place = 0
    for clause in clauses(text):
        place = text.index(clause.words, place) + len(clause.words)


@pytest.mark.parametrize(
    ("text", "polarities"),
    [
        ("I look after servers all day. I love that.", ["likes"]),
        ("Less code, please", ["dislikes"]),
        ("I like saying no to features", ["likes"]),
        ("I explain results without jargon", ["has"]),
        ("Never mind customers, I like proofs", ["dislikes", "likes"]),
        ("I used to like frontend work", []),
        ("I want to lead a team. Scrap that. I like coding.", ["likes"]),
    ],
)
def test_what_is_said_in_passing(text: str, polarities: list[str]) -> None:
    assert [clause.polarity for clause in clauses(text)] == polarities


@pytest.mark.parametrize(
    "text",
    [
        "no i meant compare infra and pm",
        "I'm asking about clusters",
        "I have a question",
        "I don't get the difference",
    ],
)
def test_talk_about_the_talk_claims_nothing(text: str) -> None:
    assert clauses(text) == ()


@pytest.mark.parametrize(
    "question",
    [
        "do i need a masters degree",
        "am i too old for ml",
        "so can i switch with java",
        "should i learn rust first",
    ],
)
def test_a_question_without_its_mark_claims_nothing(question: str) -> None:
    assert clauses(question) == ()


def test_what_is_had_is_said_without_how_it_begins() -> None:
    told = "I've been doing java backend for six years, some kafka and k8s"
    assert [clause.words for clause in clauses(told)] == ["java backend for six years", "some kafka", "k8s"]


@pytest.mark.parametrize("told", ["I hate meetings, 10 hours a week", "i hate tests and have 5 hours a week"])
def test_hours_a_week_are_had(told: str) -> None:
    assert [claim.polarity for claim in clauses(told)] == ["dislikes", "has"]


def test_a_question_within_a_story_claims_nothing() -> None:
    told = "I write Java, tired of crud, does java help for ml"
    assert [clause.words for clause in clauses(told)] == ["I write Java", "tired of crud"]


TOPICS = st.sampled_from(["dashboards", "proofs", "on-call shifts", "meetings", "C++", "reading papers"])
WEARY = st.sampled_from(
    [
        "I've had it with {}",
        "I've had more than enough of {}",
        "I'd be glad never to see {} again",
        "I'm done with {}",
        "I could do without {}",
        "I'd be happy to get rid of {}",
        "{} wears me out",
        "{} makes me miserable",
        "{} stopped interesting me",
        "I'm less interested in {}",
        "my years with {}? I hated them",
        "{}? Not for me",
        "I build apps. {}? someone else's job",
    ]
)
FOND = st.sampled_from(
    [
        "{} is what I want",
        "{} is the part I love",
        "I do other work only to get to {}",
        "I'm less keen on paperwork than on {}",
        "paperwork never interested me, {} did",
        "paperwork makes me tired, {} doesn't",
        "{}? I love it",
        "it's {} I'm best at",
        "{} is what I do best",
        "my best days are the ones when I get to do {}",
        "I'm happiest when it comes to {} and nothing fails",
    ]
)


@given(WEARY, TOPICS)
def test_weariness_of_anything_is_no_liking(frame: str, topic: str) -> None:
    assert {claim.polarity for claim in clauses(frame.format(topic)) if topic in claim.words} == {"dislikes"}


@given(FOND, TOPICS)
def test_what_outweighs_the_rest_is_liked(frame: str, topic: str) -> None:
    assert [claim.polarity for claim in clauses(frame.format(topic)) if topic in claim.words] == ["likes"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a pronoun of many speaks of all before it, one of one of the last
        ("I've done PHP, Perl and Java, and I'm sick of them", ["dislikes", "dislikes", "dislikes"]),
        ("I write PHP and Perl and I hate it", ["has", "dislikes"]),
        # to bear something is not to like it
        ("Coding is okay, but it's the planning I'm best at", ["has", "likes"]),
        ("I know SQL, and charts are what I love", ["has", "likes"]),
        # a scene that is loved is loved to its end
        ("I loved it when the proof didn't work yet and I had to find a lemma", ["likes", "likes"]),
        ("I hated it when I had to fill in forms, but I loved maths", ["dislikes", "dislikes", "likes"]),
        ("I love it when nobody calls, and I have a small team", ["likes", "has"]),
        # what must not happen is no dislike
        ("I like it when nothing breaks and the site doesn't go down", ["likes", "likes"]),
        ("I like working on questions nobody has answered", ["likes"]),
        ("I'm less of a coder than a planner", ["dislikes", "likes"]),
        ("I did a PhD, dropped out though", ["lacks"]),
        ("used to love frontend, not anymore", ["dislikes"]),
        ("I hate Java, not like it", ["dislikes"]),
    ],
)
def test_how_a_person_stands_to_what_they_tell(text: str, expected: list[str]) -> None:
    assert [claim.polarity for claim in clauses(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "just finished a bootcamp",
        "managed a team of 8 till last year",
        "cant stand kubernetes",
        "don't really enjoy meetings",
        "currently a tester at a bank",
        "finance background",
        "phd in chemistry",
    ],
)
def test_who_leaves_out_the_i_is_heard(text: str) -> None:
    assert [claim.words for claim in clauses(text)] == [text]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("no wait, 4 years not 6", "4 years", "6"),
        ("Correction: it was Tableau, not Power BI.", "Tableau", "Power BI"),
        ("sorry, I meant Go, not Rust", "Go", "Rust"),
        ("oops, make that five, not six", "five", "six"),
    ],
)
def test_a_correction_says_what_was_wrong_and_claims_the_rest(text: str, right: str, wrong: str) -> None:
    assert correction(text) == (right, wrong)
    assert claims(text) == [("has", right)]


@pytest.mark.parametrize("text", ["Actually I like coding, not meetings", "Python, not Java"])
def test_a_contrast_is_no_correction(text: str) -> None:
    assert correction(text) is None


def test_a_deed_after_a_dislike_is_no_part_of_it() -> None:
    told = clauses("I got tired of our slow search, swapped in an index and rewrote the parser")

    assert [claim.polarity for claim in told] == ["dislikes", "has", "has"]
    listed = clauses("I hate dashboards, untested code and meetings")
    assert {claim.polarity for claim in listed} == {"dislikes"}


def test_what_one_is_good_at_is_no_question() -> None:
    assert clauses("I nod. What I'm actually good at is proofs.")[-1].topic.endswith("is proofs")
