from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import chunk_guide
from knowledge.guide import Guide
from knowledge.library import StoredChunk, Vectors, texts_to_embed
from knowledge.units import Unit, split_units
from retrieval.answer import Answer, Passage
from retrieval.compose import _DETAILED_WORDS, _LEANING, _USUAL_WORDS, Aim, compose, topics
from retrieval.embeddings import SentenceEmbeddings

MakeGuide = Callable[..., Guide]
Prepare = Callable[..., tuple[Aim, ...]]

DIMENSIONS = 8
SUBJECTS = ("Python", "Maths", "SQL", "Statistics", "Docker", "Reading papers")
FORMS = (
    ("sentence", "{} is worth learning."),
    ("sentence", "It takes time to get used to {}."),
    ("sentence", "For example, {} helps."),
    ("sentence", "Why should anybody learn {}?"),
    ("sentence", "The reasons for {}:"),
    (
        "sentence",
        "People who know {} well say that a year of steady work on small things of their own was enough!",
    ),
    ("item", "{}"),
    ("item", "{}: what every team asks for, and what you can show in a project of your own"),
    ("row", "{} – Used for: data; Hard: no"),
)

units = st.lists(
    st.tuples(st.sampled_from(FORMS), st.sampled_from(SUBJECTS)).map(
        lambda made: (made[0][0], made[0][1].format(made[1]))
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda unit: unit[1],
)


@st.composite
def aims(draw: st.DrawFn, most: int = 3) -> tuple[Aim, ...]:
    """Single questions about the same passages, in vectors of no meaning."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def directions(rows: int) -> Vectors:
        vectors: Vectors = rng.normal(size=(rows, DIMENSIONS)).astype(np.float32)
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths

    chunks = []
    for number, made in enumerate(draw(st.lists(units, min_size=1, max_size=5))):
        parts = tuple(
            Unit(
                "sentence" if kind == "sentence" else "row" if kind == "row" else "item", text, position // 4
            )
            for position, (kind, text) in enumerate(made)
        )
        quote = "\n".join(unit.text for unit in parts)
        chunks.append(
            StoredChunk(
                f"g@{number}.0",
                "g",
                "Guide",
                f"Part {number}",
                (),
                "",
                quote,
                parts,
                directions(1 + len(parts)),
            )
        )

    def aim() -> Aim:
        scores = np.sort(rng.uniform(0.2, 1.2, len(chunks)))[::-1]
        order = rng.permutation(len(chunks))
        passages = tuple(
            Passage(chunks[at], float(score), chunks[at].vectors)
            for at, score in zip(order, scores, strict=True)
        )
        return Aim(directions(1)[0], passages)

    return tuple(aim() for _ in range(draw(st.integers(1, most))))


def unit_texts(answer: Answer, marker: int) -> list[str]:
    """The texts of the units of the passage that a marker stands for."""
    citation = answer.citations[marker - 1]
    return citation.quote.split("\n")


def said_of(answer: Answer, marker: int) -> list[str]:
    return [statement.text for statement in answer.statements if statement.marker == marker]


@given(given_aims=aims(), detail=st.booleans())
def test_an_answer_keeps_to_its_words_and_says_nothing_twice(
    given_aims: tuple[Aim, ...], *, detail: bool
) -> None:
    answer = compose(given_aims, detail=detail)

    texts = [statement.text for statement in answer.statements]
    assert len(answer.text.split()) <= (_DETAILED_WORDS if detail else _USUAL_WORDS)
    assert len(set(texts)) == len(texts)


@given(given_aims=aims(), detail=st.booleans())
def test_every_statement_is_cited_word_for_word_and_every_citation_used(
    given_aims: tuple[Aim, ...],
    *,
    detail: bool,
) -> None:
    answer = compose(given_aims, detail=detail)

    assert all(s.text in unit_texts(answer, s.marker) for s in answer.statements)
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {s.marker for s in answer.statements} == {c.marker for c in answer.citations}
    assert not any(s.text.endswith(("?", ":")) for s in answer.statements)


@given(given_aims=aims(), detail=st.booleans())
def test_a_sentence_that_leans_on_the_one_before_never_stands_without_it(
    given_aims: tuple[Aim, ...],
    *,
    detail: bool,
) -> None:
    answer = compose(given_aims, detail=detail)

    for statement in answer.statements:
        if statement.kind == "sentence" and _LEANING.match(statement.text):
            around = unit_texts(answer, statement.marker)
            before = around[around.index(statement.text) - 1]
            said = said_of(answer, statement.marker)
            assert before in said[: said.index(statement.text)]


@given(given_aims=aims(most=1), detail=st.booleans())
def test_items_stand_under_a_sentence_of_their_section_if_there_is_one(
    given_aims: tuple[Aim, ...],
    *,
    detail: bool,
) -> None:
    answer = compose(given_aims, detail=detail)

    for citation in answer.citations:
        own = [s for s in answer.statements if s.marker == citation.marker]
        leads = [
            text
            for text in unit_texts(answer, citation.marker)
            if text.endswith((".", "!")) and not _LEANING.match(text)
        ]
        if leads and any(s.kind == "item" for s in own):
            assert any(s.kind == "sentence" for s in own)


@given(given_aims=aims(), detail=st.booleans(), data=st.data())
def test_what_was_said_is_not_repeated_by_more_of_it(
    given_aims: tuple[Aim, ...],
    *,
    detail: bool,
    data: st.DataObject,
) -> None:
    first = compose(given_aims, detail=detail)
    said = [s.text for s in first.statements if data.draw(st.booleans())]

    more = compose(given_aims, detail=True, said=said)

    assert not {s.text for s in more.statements} & set(said)


@given(aims())
def test_only_what_fits_is_said(given_aims: tuple[Aim, ...]) -> None:
    answer = compose(given_aims, fits=lambda text: "SQL" not in text)

    assert not any("SQL" in s.text for s in answer.statements)
    assert compose(given_aims, fits=lambda _: False).statements == ()


@pytest.fixture
def prepare(embeddings: SentenceEmbeddings, make_guide: MakeGuide) -> Prepare:
    """Make aims of questions and sections, as near to each other as the model finds them."""

    def prepared(questions: Sequence[str], *bodies: str, asks: tuple[str, ...] = ()) -> tuple[Aim, ...]:
        chunks = []
        for chunk in chunk_guide(make_guide("skills", *bodies, asks=asks)):
            vectors = embeddings.encode(texts_to_embed(chunk))
            heading = chunk.section.heading
            chunks.append(
                StoredChunk(
                    f"s.{chunk.ordinal}",
                    "s",
                    "Skills",
                    heading,
                    asks,
                    "Notes",
                    chunk.quote,
                    chunk.units,
                    vectors,
                )
            )
        made = []
        for query in embeddings.encode(questions):
            passages = [Passage(chunk, float(chunk.vectors[0] @ query), chunk.vectors) for chunk in chunks]
            made.append(Aim(query, tuple(sorted(passages, key=lambda passage: -passage.score))))
        return tuple(made)

    return prepared


SECTION = (
    "A data scientist needs statistics and programming. It is a broad job. "
    "Most data scientists learned programming in Python first. They add SQL soon after.\n\n"
    "- Statistics: distributions and tests\n- Programming: Python and SQL\n"
    "- Charts: Tableau or Matplotlib\n\n"
    + " ".join(
        f"One reader who tried {skill} at work says that a small project of their own "
        f"with real numbers taught them far more about {skill} than any course they ever took."
        for skill in ("regression", "clustering", "forecasting", "databases", "experiments", "dashboards")
    )
)


def test_a_usual_answer_opens_with_the_lead_and_a_long_one_says_more(prepare: Prepare) -> None:
    aim = prepare(["What skills does a data scientist need?"], SECTION)

    usual, long = compose(aim), compose(aim, detail=True)

    assert usual.text.startswith("A data scientist needs statistics and programming [1].")
    assert "- Statistics: distributions and tests [1]" in usual.text
    assert len(usual.text.split()) <= _USUAL_WORDS < len(long.text.split()) <= _DETAILED_WORDS


def test_more_goes_on_until_all_is_said(prepare: Prepare) -> None:
    aim = prepare(["What skills does a data scientist need?"], SECTION)
    said: list[str] = []
    while answer := compose(aim, detail=True, said=said).statements:
        said += [statement.text for statement in answer]

    assert len(said) == len(set(said))
    assert set(said) <= {unit.text for unit in split_units(SECTION)}
    assert len(said) > len(compose(aim).statements)


def test_two_questions_share_the_answer(prepare: Prepare) -> None:
    answer = compose(
        prepare(
            ["Which mathematics do I need?", "How do I prepare for an interview?"],
            "Linear algebra and calculus are the mathematics you need.",
            "Prepare for an interview with mock interviews.",
        )
    )

    assert [s.text for s in answer.statements] == [
        "Linear algebra and calculus are the mathematics you need.",
        "Prepare for an interview with mock interviews.",
    ]
    assert [s.marker for s in answer.statements] == [1, 2]


def test_two_sections_that_say_the_same_are_quoted_once(prepare: Prepare) -> None:
    answer = compose(
        prepare(
            ["Which mathematics do I need?"],
            "Linear algebra is the mathematics you need.",
            "The mathematics you need is linear algebra.",
        )
    )

    assert len(answer.statements) == 1


def test_a_section_without_a_whole_sentence_is_quoted_by_its_items(prepare: Prepare) -> None:
    answer = compose(prepare(["Which tools?"], "Tools:\n\n- Python for data\n- Docker for shipping"))

    assert answer.text == "- Python for data [1]\n- Docker for shipping [1]"


def test_what_is_not_quoted_is_offered_next(prepare: Prepare) -> None:
    questions = ("What is boiled?",)
    aim = prepare(
        ["Which mathematics do I need?"], "Linear algebra is the mathematics you need.", "Pasta boils."
    )

    answer = compose(aim)

    assert [citation.section for citation in answer.citations] == ["Part 1"]
    assert answer.nearest == ("What about Part 2 (Skills)?",)
    asked = prepare(["maths"], *(f"Section {n}." for n in range(5)), asks=questions)
    assert topics([passage.chunk for passage in asked[0].passages]) == questions


def test_nothing_found_says_nothing() -> None:
    answer = compose((Aim(np.zeros(DIMENSIONS, np.float32), ()),))

    assert (answer.text, answer.statements, answer.citations, answer.nearest) == ("", (), (), ())
