from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge.chunking import MAX_CHUNK_WORDS, OVERLAP_UNITS, Chunk, chunk_guide
from knowledge.guide import Guide
from knowledge.units import split_units

WORD = st.sampled_from(["models", "learn", "from", "data", "while", "engineers", "build", "systems"])
SENTENCE = st.lists(WORD, min_size=2, max_size=60).map(lambda words: " ".join(words).capitalize() + ".")
MARKED = st.builds("{} **{}** with `{}` and [{}](https://example.com).".format, WORD, WORD, WORD, WORD)
PARAGRAPH = st.lists(SENTENCE | MARKED, min_size=1, max_size=5).map(" ".join)
WRAPPED = st.lists(SENTENCE, min_size=1, max_size=3).map("\n".join)
ITEMS = st.lists(SENTENCE | MARKED, min_size=1, max_size=6).map(
    lambda items: "\n".join(f"- {item}" for item in items)
)
ROWS = st.lists(st.tuples(WORD, SENTENCE), min_size=1, max_size=4).map(
    lambda rows: "\n".join(["| Name | Meaning |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
)
MARKDOWN = st.lists(PARAGRAPH | WRAPPED | ITEMS | ROWS, min_size=1, max_size=6).map("\n\n".join)
SECTIONS = st.lists(MARKDOWN, min_size=1, max_size=3)


def body_of(*lengths: int) -> str:
    return " ".join(f"S{n} " + "word " * (length - 2) + "end." for n, length in enumerate(lengths))


def starts(chunks: tuple[Chunk, ...]) -> list[list[str]]:
    return [[unit.text.split()[0] for unit in chunk.units] for chunk in chunks]


def readable(markdown: str) -> str:
    """Take marks off and lines together, as far as the generated Markdown has them."""
    linked = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", markdown)
    return " ".join(re.sub(r"\*\*|`", "", linked).split())


def test_a_short_section_is_one_chunk(make_guide: Callable[..., Guide]) -> None:
    first, second = chunk_guide(make_guide("maths", "Learn algebra. Then calculus.", "Be patient."))

    assert first.text == "About maths: Part 1. Learn algebra. Then calculus."
    assert second.text == "About maths: Part 2. Be patient."
    assert (first.ordinal, second.ordinal) == (0, 1)


def test_a_long_section_is_cut_into_windows_that_overlap_by_a_unit(make_guide: Callable[..., Guide]) -> None:
    chunks = chunk_guide(make_guide("long", body_of(60, 60, 60, 60, 60)))

    assert starts(chunks) == [["S0", "S1", "S2"], ["S2", "S3", "S4"]]


def test_windows_do_not_overlap_where_the_two_units_would_not_fit(make_guide: Callable[..., Guide]) -> None:
    chunks = chunk_guide(make_guide("long", body_of(100, 100, 100, 20)))

    assert starts(chunks) == [["S0"], ["S1"], ["S2", "S3"]]


def test_a_unit_above_the_limit_stands_alone(make_guide: Callable[..., Guide]) -> None:
    chunks = chunk_guide(make_guide("long", body_of(20, MAX_CHUNK_WORDS + 20, 20)))

    assert starts(chunks) == [["S0"], ["S1"], ["S2"]]


def test_a_quote_is_the_markdown_its_units_were_read_from(make_guide: Callable[..., Guide]) -> None:
    body = body_of(70, 50, 50, 50).replace("S2 word", "S2 *word*")
    first, second = chunk_guide(make_guide("long", body))

    assert starts((first, second)) == [["S0", "S1"], ["S1", "S2", "S3"]]
    assert first.quote == body[: body.index(" S2")]
    assert second.quote == body[body.index("S1") :]


def test_a_quote_is_the_whole_section_where_marks_hide_its_ends(make_guide: Callable[..., Guide]) -> None:
    body = "**Algebra** comes first. Then *calculus*."

    (chunk,) = chunk_guide(make_guide("maths", body))

    assert chunk.quote == body


@given(SECTIONS)
def test_nothing_is_lost_and_the_order_is_kept(make_guide: Callable[..., Guide], bodies: list[str]) -> None:
    guide = make_guide("any", *bodies)
    chunks = chunk_guide(guide)

    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    for section in guide.sections:
        units = split_units(section.body)
        assume(len(set(units)) == len(units))
        windows = [chunk.units for chunk in chunks if chunk.section is section]
        end = 0
        for window in windows:
            start = units.index(window[0])
            assert start in {end, end - OVERLAP_UNITS}
            end = start + len(window)
            assert window == units[start:end]
        assert end == len(units)


@given(SECTIONS)
def test_no_chunk_is_longer_than_the_model_reads(make_guide: Callable[..., Guide], bodies: list[str]) -> None:
    for chunk in chunk_guide(make_guide("any", *bodies)):
        assert len(chunk.units) == 1 or sum(unit.words for unit in chunk.units) <= MAX_CHUNK_WORDS


@given(SECTIONS)
def test_a_quote_is_verbatim_and_holds_every_unit(
    make_guide: Callable[..., Guide], bodies: list[str]
) -> None:
    for chunk in chunk_guide(make_guide("any", *bodies)):
        assert chunk.quote
        assert chunk.quote in chunk.section.body
        shown = readable(chunk.quote)
        assert all(unit.text in shown for unit in chunk.units if unit.kind != "row")
