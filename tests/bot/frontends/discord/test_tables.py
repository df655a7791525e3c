"""Markdown tables as Discord can show them."""

from __future__ import annotations

import pytest

from bot.frontends.discord.rendering import Setting, pages, reply_pages
from bot.frontends.discord.tables import without_tables
from bot.reply import Picture, Reply

TABLE = """\
|  | Data Scientist | Research Scientist |
| --- | --- | --- |
| **Day to day** | asks data [1] | tries ideas [2] |
| **Analogy** | a detective | – |
"""
LINES = """\
**Day to day**
- **Data Scientist**: asks data [1]
- **Research Scientist**: tries ideas [2]

**Analogy**
- **Data Scientist**: a detective
- **Research Scientist**: –
"""


def test_a_row_becomes_a_heading_with_a_line_for_each_column() -> None:
    assert without_tables(f"Here:\n\n{TABLE}\nThat was it.") == f"Here:\n\n{LINES}\nThat was it."


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("a | b\n:-- | --:\n1 | 2", "**1**\n- **b**: 2"),
        ("| a | b | c |\n|---|---|---|\n| 1 |  | 3 |", "**1**\n- **c**: 3"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "**1**\n- **b**: 2\n- 3"),
        ("| a | b |\n|---|---|\n|  | 2 |", "- **b**: 2"),
        ("| a | b |\n|---|---|\n| x \\| y | 2 \\||", "**x | y**\n- **b**: 2 |"),
        ("| a | b |\n|---|---|", ""),
    ],
)
def test_tables_of_every_shape(table: str, lines: str) -> None:
    assert without_tables(table) == lines


@pytest.mark.parametrize(
    "text",
    [
        "either | or",
        "A heading\n---\nand a | b",
        "| no | table |",
        f"```\n{TABLE}```\n",
        "~~~\na | b\n--- | ---\n1 | 2",
        "",
    ],
)
def test_what_is_no_table_stays(text: str) -> None:
    assert without_tables(text) == text


def test_a_long_table_is_split_between_rows_and_its_picture_goes_along() -> None:
    rows = "".join(f"| row {n} | {'word ' * 60}| {'thing ' * 60}|\n" for n in range(20))
    picture = Picture("table.png", "A table", b"")
    reply = Reply("comparison", f"|  | a | b |\n|---|---|---|\n{rows}", pictures=(picture,))

    laid = reply_pages(reply, "1", Setting())

    assert len(laid) > 1
    assert all("".join(page.texts).startswith("**row ") for page in laid)
    assert [page.pictures for page in laid][-1] == (picture,)


def test_every_page_shows_tables_in_lines() -> None:
    assert pages([TABLE])[0].texts == (LINES,)
