from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.guide import GuideError, Source
from knowledge.loaders.markdown import parse_guide, read_guide, read_guides

GOOD = """\
---
title: Maths for machine learning
summary: How much maths the work takes.
sources:
  - id: blog
    title: "Maths, plainly"
    publisher: Example Press
    author: Ada Example
    date: 2026-03-01
    url: https://example.com/maths
  - id: talk
    title: A talk
    author: unknown
updated: 2026-11-20
---

## How much maths
> Asks: How much maths do I need?
> Asks: Is school maths enough?
> Source: talk

Some **linear algebra**.

> A quotation, which is text.

- And statistics.

## Where to begin

With what you use.
"""


def parse(text: str) -> None:
    parse_guide(text, guide_id="maths", file_name="maths.md")


def refusal(old: str, new: str) -> GuideError:
    """Spoil one part of the good guide, and return what is said to that."""
    assert GOOD.count(old) == 1
    with pytest.raises(GuideError) as caught:
        parse(GOOD.replace(old, new))
    return caught.value


def write(folder: Path, asks: str) -> Path:
    (folder / "maths.md").write_text(GOOD, encoding="utf-8")
    (folder / "maths.asks.yaml").write_text(asks, encoding="utf-8")
    return folder / "maths.md"


def test_a_good_guide_is_read_whole() -> None:
    guide = parse_guide(GOOD, guide_id="maths", file_name="maths.md")

    blog = Source(
        "blog", "Maths, plainly", "Example Press", "Ada Example", "2026-03-01", "https://example.com/maths"
    )
    talk = Source("talk", "A talk")
    assert (guide.id, guide.title) == ("maths", "Maths for machine learning")
    assert guide.summary == "How much maths the work takes."
    assert guide.updated == date(2026, 11, 20)
    assert guide.sources == (blog, talk)
    first, second = guide.sections
    assert first.heading == "How much maths"
    assert first.asks == ("How much maths do I need?", "Is school maths enough?")
    assert first.sources == (talk,)
    assert first.body == "Some **linear algebra**.\n\n> A quotation, which is text.\n\n- And statistics."
    assert (second.heading, second.body) == ("Where to begin", "With what you use.")


def test_a_section_that_names_no_source_rests_on_all() -> None:
    guide = parse_guide(GOOD, guide_id="maths", file_name="maths.md")

    assert guide.sections[1].sources == guide.sources


def test_a_section_may_rest_on_several_sources() -> None:
    text = GOOD.replace("> Source: talk", "> Source: talk, blog")

    section = parse_guide(text, guide_id="maths", file_name="maths.md").sections[0]

    assert [source.id for source in section.sources] == ["talk", "blog"]


def test_a_source_reads_as_a_reader_would_cite_it() -> None:
    blog, talk = parse_guide(GOOD, guide_id="maths", file_name="maths.md").sources

    assert str(blog) == "Ada Example, “Maths, plainly”, Example Press, 2026-03-01"
    assert str(talk) == "“A talk”"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "maths.md"
    path.write_text(GOOD.replace("maths", "µaths"), encoding=encoding)

    assert read_guide(path).sections[0].heading == "How much µaths"


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "maths.md"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())

    assert read_guide(path) == parse_guide(GOOD, guide_id="maths", file_name="maths.md")


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "notes.txt"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")

    assert [guide.id for guide in read_guides(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("old", "new", "line", "mend"),
    [
        ("---\ntitle", "title", 1, "begins with front matter between two lines of ---"),
        ("---\n\n## How", "\n## How", 1, "no closing line of ---"),
        ("title: Maths for", "title: [Maths for", 3, "this is not YAML"),
        ("updated: 2026-11-20", "updated: 2026-02-30", 2, "a value cannot be read: day is out of range"),
        ("title: Maths for machine learning\n", "", 2, "“title” is missing: add `title: some text`"),
        ("title: Maths for machine learning", "title: 7", 2, "“title” is missing"),
        ("How much maths the work takes.", "", 3, "“summary” is missing: add `summary: some text`"),
        ("updated: 2026-11-20\n", "", 2, "“updated” must be a date such as `updated: 2026-11-20`"),
        ("updated: 2026-11-20", "updated: yesterday", 14, "“updated” must be a date"),
        ("publisher:", "editor:", 4, "a source has “editor”; allowed are id, title, publisher"),
        (
            "  - id: talk\n    title: A talk",
            "  - title: A talk",
            4,
            "each source needs an `id` and a `title`",
        ),
        ("title: A talk", "title: ''", 4, "each source needs an `id` and a `title`"),
        ("title: A talk", "title: unknown", 4, "each source needs an `id` and a `title`"),
        (
            "  - id: talk\n    title: A talk\n    author: unknown",
            "  - a talk",
            4,
            "each source needs an `id`",
        ),
        (
            "> Source: talk",
            "> Source: book",
            17,
            "the source “book” is not in the front matter; it has blog, talk",
        ),
        ("> Source: talk", "> Origin: talk", 20, "“Origin” is not known here; allowed are Asks, Source"),
        ("---\n\n## How", "---\n\nHello.\n## How", 17, "text stands before the first `##` heading; move it"),
        ("## Where to begin", "### Where to begin", 28, "sections are `##` headings only; make it `##`"),
        ("## Where to begin", "# Where to begin", 28, "sections are `##` headings only; make it `##`"),
        ("With what you use.\n", "", 28, "the section “Where to begin” is empty; write it or remove it"),
        ("## Where to begin", "## HOW much maths", 28, "“HOW much maths” stands twice; rename or merge one"),
    ],
)
def test_a_spoilt_guide_is_refused_with_the_line_and_the_mend(
    old: str, new: str, line: int, mend: str
) -> None:
    error = refusal(old, new)

    assert error.line == line
    assert mend in error.problem
    assert str(error) == f"maths.md:{line}: {error.problem}"


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        ("", 1, "begins with front matter"),
        ("---\n- a list\n---\n## A\nb", 2, "must hold title, summary, sources, updated"),
        ("---\n---\n## A\nb", 2, "must hold title, summary, sources, updated"),
        (f"{GOOD.partition('## ')[0]}\n", 16, "at least one section: a line `## Heading`"),
        (
            "---\ntitle: A\nsummary: B\nsources: []\nupdated: 2026-01-01\n---\n## A\nb",
            4,
            "“sources” must list at least one source with id and title",
        ),
        (
            "---\ntitle: A\nsummary: B\nupdated: 2026-01-01\n---\n## A\nb",
            2,
            "“sources” must list at least one source with id and title",
        ),
    ],
)
def test_a_guide_without_a_needed_part_is_refused(text: str, line: int, mend: str) -> None:
    with pytest.raises(GuideError) as caught:
        parse(text)

    assert caught.value.line == line
    assert mend in caught.value.problem


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "maths.md"
    path.write_bytes(GOOD.replace("Ada", "Adé").encode("latin-1"))

    with pytest.raises(GuideError, match=r"maths\.md:1: the file is not UTF-8; save it as UTF-8"):
        read_guide(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match=r"maths\.md:1: the file cannot be read \(No such file"):
        read_guide(tmp_path / "maths.md")


def test_asks_beside_a_guide_are_added_to_its_sections(tmp_path: Path) -> None:
    path = write(tmp_path, "How much maths:\n  - maths??\n  - Is school maths enough?\n")

    first, second = read_guide(path).sections

    assert first.asks == ("How much maths do I need?", "Is school maths enough?", "maths??")
    assert second.asks == ()


@pytest.mark.parametrize(
    ("asks", "line", "mend"),
    [
        (
            "# questions\nHow much math:\n  - a\n",
            2,
            "“Maths for machine learning” has no section “How much math”; name it as there",
        ),
        ("How much maths: yes please\n", 1, "the questions of “How much maths” must be a list of texts"),
        ("\nHow much maths:\n  - 7\n", 2, "the questions of “How much maths” must be a list of texts"),
        ("How much maths:\n", 1, "the questions of “How much maths” must be a list of texts"),
        ("- How much maths\n", 1, "must map each section's heading to a list of questions"),
        ("", 1, "must map each section's heading to a list of questions"),
        ("How much maths:\n  - a: [\n", 3, "this is not YAML"),
    ],
)
def test_spoilt_asks_are_refused_with_the_line_and_the_mend(
    tmp_path: Path, asks: str, line: int, mend: str
) -> None:
    with pytest.raises(GuideError) as caught:
        read_guide(write(tmp_path, asks))

    assert caught.value.line == line
    assert mend in caught.value.problem
    assert str(caught.value).startswith(f"maths.asks.yaml:{line}: ")


def test_asks_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    (tmp_path / "maths.asks.yaml").write_bytes("How much maths:\n  - Über?\n".encode("latin-1"))

    with pytest.raises(GuideError, match=r"maths\.asks\.yaml:1: the file is not UTF-8"):
        read_guide(path)
