from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit, UnitKind
from retrieval.answer import Answer, Length, Passage
from retrieval.compose import _PROSE_WORDS, _WORDS, Aim, compose, topics
from retrieval.quoting import SAME

# The first two directions are what two questions ask; the others are what texts say beside.
DIMENSIONS = 34
LENGTHS: tuple[Length, ...] = ("brief", "usual", "long")
LEANING = ("However,", "It ", "For example,")
ASKED = ("Why?", "When?", "What for?")


@dataclass(frozen=True, slots=True)
class Made:
    """A unit and its vector."""

    unit: Unit
    vector: Vectors


def made(kind: UnitKind, text: str, merits: Sequence[float], block: int, means: str = "") -> Made:
    """Make a unit of these likenesses to the questions; what `means` the same has the same rest."""
    rest = np.zeros(DIMENSIONS, np.float32)
    rest[2:] = np.random.default_rng(crc32((means or text).encode())).normal(size=DIMENSIONS - 2)
    rest *= np.sqrt(1 - np.square(merits).sum()) / np.linalg.norm(rest)
    rest[: len(merits)] = merits
    return Made(Unit(kind, text, block), rest)


def sentence(text: str, *merits: float, block: int = 0, means: str = "") -> Made:
    return made("sentence", text, merits or (0.5,), block, means)


def item(text: str, *merits: float, block: int = 1, means: str = "") -> Made:
    return made("item", text, merits or (0.5,), block, means)


def passage(section: str, *parts: Made, score: float = 1.0, asks: tuple[str, ...] = ASKED) -> Passage:
    """Make a passage; its quote is its units, a line each. Without questions it is prose."""
    vectors = np.stack([parts[0].vector] * (1 + len(asks)) + [part.vector for part in parts])
    units = tuple(part.unit for part in parts)
    quote = "\n".join(unit.text for unit in units)
    chunk = StoredChunk(f"g@{section}", "g", "Guide", section, asks, "Notes", quote, units, vectors)
    return Passage(chunk, score, vectors)


def aim(*passages: Passage, asks: int = 0) -> Aim:
    query = np.eye(DIMENSIONS, dtype=np.float32)[asks]
    return Aim(query, query, passages)


def texts(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


def one_of(*parts: Made, length: Length = "usual", said: Sequence[str] = ()) -> list[str]:
    """What is quoted of a single passage."""
    return texts(compose([aim(passage("One", *parts))], length=length, said=said))


def words(count: int, name: str) -> str:
    return " ".join([name] * (count - 1) + ["done."])


def test_a_passage_that_answers_two_questions_is_cited_and_listed_once() -> None:
    algebra, practice, small = words(50, "algebra"), words(50, "practice"), "Ship small things."
    maths = passage("Maths", sentence(algebra, 0.6, 0.1), sentence(practice, 0.1, 0.6))
    work = passage("Work", sentence(small, 0.1, 0.5))

    answer = compose([aim(maths, replace(work, score=0.2)), aim(replace(work), replace(maths), asks=1)])

    assert [(s.text, s.marker) for s in answer.statements] == [(algebra, 1), (practice, 1), (small, 2)]
    assert [(c.marker, c.section, c.quote) for c in answer.citations] == [
        (1, "Maths", maths.chunk.quote),
        (2, "Work", work.chunk.quote),
    ]
    assert [found.chunk.section for found in answer.passages] == ["Maths", "Work"]


@pytest.mark.parametrize("length", LENGTHS)
def test_an_answer_keeps_to_its_words(length: Length) -> None:
    parts = [sentence(words(19, f"w{n}"), 0.5) for n in range(20)]  # 20 words each with the marker

    answer = compose([aim(passage("Long", *parts))], length=length)

    assert len(answer.statements) == _WORDS[length] // 20
    assert len(answer.text.split()) <= _WORDS[length]


def test_a_bullet_counts_as_a_word() -> None:
    lead = sentence(words(26, "skills"), 0.7)
    room = _WORDS["usual"] - 26 - 3  # two markers and the bullet

    assert len(one_of(lead, item(words(room, "sql")))) == 2
    assert len(one_of(lead, item(words(room + 1, "sql")))) == 1


def test_two_questions_share_the_words_evenly() -> None:
    first = [sentence(words(19, f"first{n}"), 0.6, 0.0) for n in range(9)]
    second = [sentence(words(19, f"second{n}"), 0.0, 0.6) for n in range(9)]
    here, there = passage("Here", *first), passage("There", *second)

    answer = compose([aim(here, replace(there, score=0.1)), aim(there, replace(here, score=0.1), asks=1)])

    assert [statement.marker for statement in answer.statements] == [1, 1, 1, 2, 2, 2]


def test_what_is_worth_most_is_said_first_to_last_in_reading_order() -> None:
    far, nearest, near = (
        sentence(words(50, name), merit) for name, merit in (("far", 0.2), ("nearest", 0.7), ("near", 0.5))
    )

    said = one_of(far, nearest, near)

    assert said == [nearest.unit.text, near.unit.text]


def test_the_same_sentence_in_two_passages_is_said_once() -> None:
    again = sentence("Learn algebra.", 0.6)

    answer = compose(
        [aim(passage("One", again), passage("Two", again, sentence("And sets.", 0.5), score=0.9))]
    )

    assert texts(answer).count("Learn algebra.") == 1


@pytest.mark.parametrize(("likeness", "times"), [(SAME + 0.01, 1), (SAME - 0.01, 2)])
def test_two_sentences_that_mean_the_same_are_one(likeness: float, times: int) -> None:
    one = sentence("Learn algebra.", 0.6)
    beside = sentence("Algebra is to be learnt.", 0.6).vector
    beside = beside - (beside @ one.vector) * one.vector
    beside /= np.linalg.norm(beside)
    vector = (likeness * one.vector + np.sqrt(1 - likeness**2) * beside).astype(np.float32)
    other = Made(Unit("sentence", "Algebra is to be learnt.", 0), vector)

    answer = compose([aim(passage("One", one), passage("Two", other, score=0.9))])

    assert len(answer.statements) == times


def test_a_point_that_only_repeats_its_introduction_is_left_out() -> None:
    lead = sentence("You need SQL.", 0.6, means="sql")

    assert one_of(lead, item("SQL", 0.6, means="sql"), item("Docker", 0.6)) == ["You need SQL.", "Docker"]


def test_two_questions_are_not_told_the_same_in_other_words() -> None:
    one = passage("One", sentence("You need SQL.", 0.4, 0.4, means="sql"))
    two = passage("Two", sentence("SQL is a must.", 0.4, 0.4, means="sql"), sentence("So what?", 0.4, 0.4))

    answer = compose([aim(one, replace(two, score=0.1)), aim(two, replace(one, score=0.1), asks=1)])

    assert texts(answer) == ["You need SQL."]


@pytest.mark.parametrize(
    "text",
    [
        "Why machine learning",
        "Three things count:",
        "Because of the",
        "first, second; and",
        "Is a degree enough?",
    ],
)
def test_a_heading_half_a_sentence_or_a_question_is_never_quoted(text: str) -> None:
    assert one_of(sentence(text, 0.8), sentence("A degree helps.", 0.3)) == ["A degree helps."]
    assert one_of(sentence(text, 0.8)) == []


@pytest.mark.parametrize("end", [".", "!", "…", ".”", '."', ".)", "?!"])
def test_a_sentence_may_end_in_more_ways_than_a_full_stop(end: str) -> None:
    assert one_of(sentence(f"Start small{end}")) == [f"Start small{end}"]


@pytest.mark.parametrize(
    "leaning",
    [
        "However, it is not a must.",
        "This takes a year.",
        "It is worth it.",
        "For example, try Kaggle.",
        "therefore begin early.",
    ],
)
def test_a_sentence_that_leans_on_the_one_before_never_stands_without_it(leaning: str) -> None:
    leans = sentence(leaning, 0.9)
    before = sentence("A degree helps.", 0.1)

    assert one_of(leans, sentence("Begin now.", 0.2)) == ["Begin now."]  # nothing is before it
    assert one_of(before, leans)[:2] == ["A degree helps.", leaning]
    assert one_of(sentence("A degree?", 0.3), leans, sentence("Begin now.", 0.2)) == ["Begin now."]
    assert one_of(before, leans, sentence("Begin now.", 0.2), length="long", said=["A degree helps."]) == [
        "Begin now."
    ]


def test_in_prose_a_sentence_brings_those_that_it_refers_to() -> None:
    parts = (
        sentence("Mel wrote code.", 0.1),
        sentence("It was fast.", 0.1),
        sentence("He hated tools.", 0.9),
        sentence("Nobody else did.", 0.3),
    )

    assert texts(compose([aim(passage("One", *parts, asks=()))])) == [part.unit.text for part in parts]
    long = sentence(words(_PROSE_WORDS, "long"), 0.2)
    assert texts(compose([aim(passage("One", long, parts[2], parts[3], asks=()))])) == ["Nobody else did."]


def test_in_prose_a_list_is_quoted_with_its_label_and_no_label_without_its_list() -> None:
    role = (
        sentence("A data scientist finds patterns.", 0.6),
        sentence("Key skills:", 0.1, block=1, means="skills"),
        item("SQL and Python.", 0.5, block=2),
        sentence("Not for:", 0.3, block=3),
        item("Gnomes.", 0.0, block=4),
    )

    assert texts(compose([aim(passage("One", *role, asks=()))])) == [
        "A data scientist finds patterns.",
        "Key skills:",
        "SQL and Python.",
    ]


def test_two_lists_may_have_the_same_label() -> None:
    def role(name: str) -> Passage:
        skills = sentence("Key skills:", 0.1, block=1, means="skills")
        return passage(name, sentence(f"About {name}."), skills, item(f"{name}'s.", block=2), asks=())

    assert texts(compose([aim(role("One"), role("Two"))])).count("Key skills:") == 2


def test_what_holds_no_word_is_no_statement() -> None:
    assert one_of(sentence("Robin was under attack.", 0.6), item("!", 0.5)) == ["Robin was under attack."]


def test_prose_is_quoted_from_passages_half_as_good_as_the_best() -> None:
    def found(asks: tuple[str, ...]) -> list[str]:
        best = passage("One", sentence("The best."), asks=asks)
        return texts(compose([aim(best, passage("Two", sentence("The other."), score=0.6, asks=asks))]))

    assert found(()) == ["The best.", "The other."]
    assert found(ASKED) == ["The best."]


def test_an_answer_from_prose_may_take_more_words() -> None:
    parts = [sentence(words(20, name), 0.5) for name in "abcdefghijklmn"]

    answer = compose([aim(passage("One", *parts, asks=()))])

    assert len(answer.statements) == _PROSE_WORDS // 21


def test_a_sentence_that_begins_like_a_leaning_one_does_not_lean() -> None:
    assert one_of(sentence("Italian helps."), sentence("Thesis work counts.")) == [
        "Italian helps.",
        "Thesis work counts.",
    ]


def test_points_come_under_the_sentence_that_introduces_them() -> None:
    lead = sentence("A data scientist needs three skills.", 0.2)
    points = [item("SQL", 0.7), item("Python", 0.8)]

    answer = compose([aim(passage("Skills", lead, *points))])

    assert answer.text == "A data scientist needs three skills [1].\n\n- SQL [1]\n- Python [1]"
    assert [(s.kind, s.paragraph) for s in answer.statements] == [("sentence", 0), ("item", 1), ("item", 1)]


def test_a_sentence_after_the_list_does_not_introduce_it() -> None:
    after = sentence("Any of them is worth a month.", 0.9, block=2)

    said = one_of(sentence("Three languages count.", 0.1), item("SQL", 0.5), item("R", 0.5), after)

    assert said == ["Three languages count.", "SQL", "R", "Any of them is worth a month."]


def test_an_introduction_comes_with_its_points_however_far_from_the_question() -> None:
    best = passage("Best", sentence("Build a portfolio.", 0.8))
    added = passage("Added", sentence("Five steps lead there.", 0.0), item("Portfolio: three projects", 0.6))

    assert texts(compose([aim(best, replace(added, score=0.9))])) == [
        "Build a portfolio.",
        "Five steps lead there.",
        "Portfolio: three projects",
    ]


def test_points_that_answer_the_second_question_stand_under_what_answered_the_first() -> None:
    lead, point = sentence(words(40, "skills"), 0.8, 0.3), item(words(30, "sql"), 0.1, 0.8)
    skills = passage("Skills", lead, point)
    other = passage("Other", sentence("Tools are many.", 0.2, 0.7))

    answer = compose([aim(skills, replace(other, score=0.1)), aim(other, replace(skills), asks=1)])

    assert [(s.kind, s.marker) for s in answer.statements] == [("sentence", 1), ("item", 1), ("sentence", 2)]


def test_points_without_room_for_their_introduction_are_left_out() -> None:
    lead = sentence(words(_WORDS["usual"], "long"), 0.1)

    assert one_of(lead, item("SQL", 0.8), sentence("Begin now.", 0.5, block=2)) == ["Begin now."]


def test_a_list_that_nothing_introduces_stands_alone() -> None:
    assert one_of(sentence("The tools:"), item("SQL"), item("Docker")) == ["SQL", "Docker"]


def test_a_table_row_is_shown_as_a_point() -> None:
    row = made("row", "Python – Used for: data", (0.5,), 1)

    answer = compose([aim(passage("Table", sentence("Languages differ."), row))])

    assert answer.text == "Languages differ [1].\n\n- Python – Used for: data [1]"


def test_a_point_far_from_the_question_is_left_out_beside_one_that_is_near() -> None:
    lead = sentence("Languages differ.", 0.5)

    assert one_of(lead, item("SQL", 0.8), item("R", 0.5), item("Latin", 0.3)) == [
        "Languages differ.",
        "SQL",
        "R",
    ]
    assert "Latin" in one_of(lead, item("Latin", 0.3))  # it is the best there is


def test_points_about_as_near_as_each_other_are_quoted_together() -> None:
    lead = sentence("Three things count here.", 0.6)
    points = [item(words(10, name), merit) for name, merit in (("one", 0.3), ("two", 0.29), ("three", 0.22))]
    beside = sentence(words(90, "beside"), 0.45, block=2)

    assert one_of(lead, *points, beside) == [lead.unit.text, *(point.unit.text for point in points)]


def test_a_passage_much_worse_than_the_best_adds_nothing_but_to_a_long_answer() -> None:
    best = passage("Best", sentence("Build a portfolio.", 0.8))
    worse = passage("Worse", sentence("Meet people.", 0.7), score=0.5)
    bad = passage("Bad", sentence("Pasta boils.", 0.7), score=0.1)

    assert texts(compose([aim(best, worse, bad)])) == ["Build a portfolio."]
    assert texts(compose([aim(best, worse, bad)], length="long")) == ["Build a portfolio.", "Meet people."]


@pytest.mark.parametrize(
    ("merit", "score", "added"), [(0.3, 0.85, False), (0.5, 0.85, True), (0.3, 0.95, True)]
)
def test_an_added_passage_comes_near_to_what_the_best_says_or_is_nearly_the_best(
    merit: float,
    score: float,
    added: bool,  # noqa: FBT001
) -> None:
    best = passage("Best", sentence("Build a portfolio.", 0.8))
    other = passage("Other", sentence("Meet people.", merit), score=score)

    assert ("Meet people." in texts(compose([aim(best, other)]))) is added


def test_a_passage_that_may_not_be_quoted_leaves_its_room_to_others() -> None:
    passages = [passage(name, sentence(f"{name} says so."), score=0.95) for name in ("Two", "Three", "Four")]

    answer = compose(
        [aim(passage("One", sentence("One says so.")), *passages)],
        quotable=lambda each: each.chunk.section != "Two",
    )

    assert texts(answer) == ["One says so.", "Three says so.", "Four says so."]
    assert [found.chunk.section for found in answer.passages] == ["One", "Two", "Three", "Four"]


def test_more_reads_on_from_one_section_to_the_next_as_they_stand() -> None:
    begun = passage("Begun", sentence("Begin here.", 0.9), sentence("Go on with this.", 0.1))
    after = passage(
        "After",
        sentence("This one is far.", 0.0),
        sentence("Steps follow.", 0.05),
        item("Near", 0.8),
        score=0.9,
    )

    answer = compose([aim(begun, after)], length="long", said=["Begin here."])

    assert texts(answer) == ["Go on with this.", "Steps follow.", "Near"]


def test_the_best_passage_speaks_first_and_markers_count_in_the_order_they_appear() -> None:
    passages = [
        passage(name, sentence(f"{name} says so.", merit), score=score)
        for name, merit, score in (("Best", 0.3, 1.0), ("Silent", 0.0, 0.95), ("Next", 0.9, 0.9))
    ]

    answer = compose([aim(*passages)])

    assert answer.text == "Best says so [1].\n\nNext says so [2]."
    assert [(c.marker, c.guide, c.section, c.source, c.quote) for c in answer.citations] == [
        (1, "Guide", "Best", "Notes", "Best says so."),
        (2, "Guide", "Next", "Notes", "Next says so."),
    ]


def test_more_repeats_nothing_while_a_follow_up_may_repeat_the_best_passage() -> None:
    best = passage("Best", sentence("Learn algebra.", 0.8), sentence("Use Khan Academy.", 0.5))
    next_best = passage("Next", sentence("Meet people.", 0.8), score=0.9)
    said = ["Learn algebra.", "Meet people."]

    def answer(*, length: Length) -> list[str]:
        return texts(compose([aim(best, next_best)], length=length, said=said))

    assert answer(length="long") == ["Use Khan Academy."]
    assert answer(length="usual") == ["Learn algebra.", "Use Khan Academy."]


def test_more_goes_on_until_all_is_said() -> None:
    lead = sentence(words(60, "lead"), 0.7)
    rest = [sentence(words(60, f"rest{n}"), 0.5) for n in range(6)]
    said: list[str] = []
    rounds = 0
    while new := one_of(lead, *rest, item("SQL", 0.3), length="long", said=said):
        assert not set(new) & set(said)
        said += new
        rounds += 1

    assert rounds == 3
    assert len(said) == 8


def test_only_what_fits_is_quoted_not_even_to_introduce() -> None:
    lead, point = sentence("A Research Scientist needs these.", 0.9), item("Maths", 0.6)
    one = passage("One", lead, point, sentence("Begin now.", 0.3, block=2))

    answer = compose([aim(one)], fits=lambda text: "Research" not in text)

    assert texts(answer) == ["Maths", "Begin now."]


@pytest.mark.parametrize(
    "passages",
    [
        (),
        (passage("Questions", sentence("Is it hard?", 0.9), sentence("The reasons:", 0.9), asks=()),),
        (passage("Unrelated", sentence("Pasta boils.", 0.0), score=0.0, asks=()),),
        (passage("Opposed", sentence("Pasta boils.", -0.5), score=-0.5, asks=()),),
    ],
    ids=["nothing found", "nothing whole", "unrelated", "opposed"],
)
@pytest.mark.parametrize("length", LENGTHS)
def test_without_anything_worth_quoting_nothing_is_said(
    passages: tuple[Passage, ...], length: Length
) -> None:
    answer = compose([aim(*passages)], length=length)

    assert (answer.statements, answer.citations, answer.text) == ((), (), "")
    assert answer.covered
    assert answer.nearest == tuple(f"What about {found.chunk.section} (Guide)?" for found in passages)


def test_what_was_found_and_not_quoted_is_offered_next_by_what_people_ask() -> None:
    best = passage("Best", sentence("Build a portfolio.", 0.8), asks=("What is a portfolio?",))
    rest = [
        passage("People", sentence("Meet people.", 0.7), score=0.3, asks=("Whom do I meet?", "Where?")),
        passage("Money", sentence("Save some.", 0.7), score=0.2, asks=()),
    ]

    assert compose([aim(best, *rest)]).nearest == ("Whom do I meet?", "What about Money (Guide)?")


def test_no_more_than_three_topics_are_named_and_none_twice() -> None:
    asks = ["One?", "One?", "Two?", "Three?", "Four?"]
    chunks = [passage(f"P{n}", sentence("So."), asks=(ask,)).chunk for n, ask in enumerate(asks)]

    assert topics(chunks) == ("One?", "Two?", "Three?")


# Texts of every form, some of them in several passages, in vectors that are sometimes alike.
SUBJECTS = ("Python", "Maths", "SQL", "Statistics", "Docker", "Reading papers")
FORMS: tuple[tuple[UnitKind, str], ...] = (
    ("sentence", "{} is worth learning."),
    ("sentence", "People who know {} well say that a year of steady work on small things was enough!"),
    ("sentence", "However, {} takes time."),
    ("sentence", "It takes time to get used to {}."),
    ("sentence", "For example, {} helps."),
    ("sentence", "Why should anybody learn {}?"),
    ("sentence", "The reasons for {}:"),
    ("item", "{}"),
    ("item", "{}: what every team asks for, and what you can show in a project of your own"),
    ("row", "{} – Used for: data; Hard: no"),
)
written = st.lists(
    st.tuples(st.sampled_from(FORMS), st.sampled_from(SUBJECTS)).map(
        lambda chosen: (chosen[0][0], chosen[0][1].format(chosen[1]))
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda unit: unit[1],
)


@st.composite
def several_aims(draw: st.DrawFn) -> list[Aim]:
    """One to three questions of the same passages, in few enough directions that some agree."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def directions(rows: int) -> Vectors:
        vectors = rng.normal(size=(rows, 4)).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    passages = []
    for number, parts in enumerate(draw(st.lists(written, min_size=1, max_size=5))):
        rows = directions(len(parts))
        units = [
            Made(Unit(kind, text, position // 4), row)
            for position, ((kind, text), row) in enumerate(zip(parts, rows, strict=True))
        ]
        passages.append(passage(f"Part {number}", *units))

    def one_aim() -> Aim:
        ranked = [replace(found, score=float(rng.uniform(-0.1, 1.2))) for found in passages]
        return Aim(directions(1)[0], directions(1)[0], tuple(sorted(ranked, key=lambda found: -found.score)))

    return [one_aim() for _ in range(draw(st.integers(1, 3)))]


def units_of(answer: Answer, marker: int) -> list[str]:
    return answer.citations[marker - 1].quote.split("\n")


@given(several_aims(), st.sampled_from(LENGTHS))
def test_no_answer_is_too_long_or_says_a_thing_twice(aims: list[Aim], length: Length) -> None:
    answer = compose(aims, length=length)

    assert len(answer.text.split()) <= _WORDS[length]
    assert len(set(texts(answer))) == len(answer.statements)
    vectors = {
        (found.chunk.section, unit.text): vector
        for found in aims[0].passages
        for unit, vector in zip(found.chunk.units, found.unit_vectors, strict=True)
    }
    quoted = [vectors[answer.citations[s.marker - 1].section, s.text] for s in answer.statements]
    assert all(one @ other <= SAME for one, other in combinations(quoted, 2))


@given(several_aims(), st.sampled_from(LENGTHS))
def test_every_statement_is_in_its_quote_and_every_citation_is_used_in_order(
    aims: list[Aim],
    length: Length,
) -> None:
    answer = compose(aims, length=length)

    markers = list(dict.fromkeys(int(marker) for marker in re.findall(r"\[(\d+)\]", answer.text)))
    assert markers == [citation.marker for citation in answer.citations]
    assert markers == list(range(1, len(markers) + 1))
    assert len({citation.section for citation in answer.citations}) == len(markers)
    for citation in answer.citations:
        places = [
            units_of(answer, citation.marker).index(s.text)
            for s in answer.statements
            if s.marker == citation.marker
        ]
        assert places == sorted(places)
    assert not any(text.endswith(("?", ":")) for text in texts(answer))


@given(several_aims(), st.sampled_from(LENGTHS))
def test_no_sentence_leans_on_one_that_is_not_just_before_it(aims: list[Aim], length: Length) -> None:
    answer = compose(aims, length=length)

    for before, statement in zip([None, *answer.statements], answer.statements, strict=False):
        if statement.text.startswith(LEANING):
            around = units_of(answer, statement.marker)
            assert before
            assert before.marker == statement.marker
            assert around.index(before.text) == around.index(statement.text) - 1


@given(several_aims(), st.sampled_from(LENGTHS))
def test_points_always_stand_under_a_sentence_of_their_passage_if_one_is_before_them(
    aims: list[Aim],
    length: Length,
) -> None:
    answer = compose(aims, length=length)

    for at, statement in enumerate(answer.statements):
        around = units_of(answer, statement.marker)
        before = around[: around.index(statement.text)]
        if statement.kind == "item" and any(
            text.endswith((".", "!")) and not text.startswith(LEANING) for text in before
        ):
            assert any(s.kind == "sentence" and s.text in before for s in answer.statements[:at])


@given(several_aims(), st.data())
def test_more_never_repeats_and_only_what_fits_is_said(aims: list[Aim], data: st.DataObject) -> None:
    said = [text for text in texts(compose(aims)) if data.draw(st.booleans())]

    more = compose(aims, length="long", said=said, fits=lambda text: "SQL" not in text)

    assert not set(texts(more)) & set(said)
    assert not any("SQL" in text for text in texts(more))


@given(several_aims(), st.sampled_from(LENGTHS))
def test_the_same_question_gets_the_same_answer(aims: list[Aim], length: Length) -> None:
    again = [replace(one, passages=tuple(replace(found) for found in one.passages)) for one in aims]

    first, second = compose(aims, length=length), compose(again, length=length)

    assert (first.statements, first.citations, first.nearest) == (
        second.statements,
        second.citations,
        second.nearest,
    )


def test_a_list_whose_length_was_named_is_quoted_whole() -> None:
    points = [item("Near: one.", 0.9), item("Far: two.", 0.1), item("Far off: three.", 0.05)]
    counted = compose([aim(passage("A", sentence("There are three ways.", 0.8), *points))])
    uncounted = compose([aim(passage("A", sentence("There are ways.", 0.8), *points))])

    assert [statement.text for statement in counted.statements[1:]] == [each.unit.text for each in points]
    assert [statement.text for statement in uncounted.statements[1:]] == ["Near: one."]
