from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.frontends.discord.splitting import size, split

WORDS = st.sampled_from(
    [
        "maths",
        "Vectors.",
        "Why?",
        "[1].",
        "[12]",
        "[a link](https://example.org/a_long/path)",
        "`x = 1`",
        "<https://example.org>",
        "https://example.org/q?a=b",
        "👩🏽\u200d💻",
        "é",
        "\n",
        "\n\n",
        "- ",
        "  ",
        "Ω",
        "漢字",
    ]
)
FENCES = st.builds(
    lambda mark, info, lines: "\n".join(["", mark + info, *lines, mark, ""]),
    st.sampled_from(["```", "~~~"]),
    st.sampled_from(["", "py"]),
    st.lists(st.sampled_from(["x = 1", "", "    return 🙂", "print('[1]')"]), max_size=12),
)
TEXTS = st.lists(st.one_of(WORDS, WORDS, WORDS, FENCES), max_size=80).map(" ".join)
LINK = re.compile(r"\[a link\]\(https://example\.org/a_long/path\)")


def bare(text: str) -> str:
    """Text without white space and fences' own lines, which splitting may add or drop."""
    return re.sub(r"\s", "", re.sub(r"^(?:```|~~~)(?:py)?$", "", text, flags=re.MULTILINE))


@given(TEXTS, st.integers(60, 200))
def test_parts_fit_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert all(0 < size(part) <= limit and part.strip() for part in parts)
    assert bare("\n".join(parts)) == bare(text)


@given(TEXTS, st.integers(60, 200))
def test_links_and_fences_stay_whole(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert sum(len(LINK.findall(part)) for part in parts) == len(LINK.findall(text))
    for part in parts:
        for mark in ("```", "~~~"):
            opened = [line for line in part.splitlines() if line.strip() in {mark, f"{mark}py"}]
            assert len(opened) % 2 == 0


@given(st.text(max_size=300), st.integers(1, 50))
def test_any_text_at_all_is_split(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert all(size(part) <= max(limit, 2) for part in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n ", []),
        ("One. Two.", ["One. Two."]),
        ("First paragraph.\n\nSecond one here.", ["First paragraph.", "Second one here."]),
        ("- first item\n- second item [1]", ["- first item", "- second item [1]"]),
        ("A sentence here [1]. Another one.", ["A sentence here [1].", "Another one."]),
        ("Why not this? [2] It is so.", ["Why not this? [2]", "It is so."]),
        ("word " * 6, ["word word word word", "word word"]),
        ("x" * 25, ["x" * 20, "x" * 5]),
        ("🙂" * 15, ["🙂" * 10, "🙂" * 5]),
        ("👩🏽‍💻" * 3, ["👩🏽‍💻👩🏽‍💻", "👩🏽‍💻"]),
    ],
)
def test_the_cut_comes_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert split(text, 20) == parts


@pytest.mark.parametrize(("length", "parts"), [(1999, 1), (2000, 1), (2001, 2), (4000, 2), (4001, 3)])
def test_the_edge_is_exact(length: int, parts: int) -> None:
    assert [len(part) for part in split("x" * length, 2000)] == [2000] * (parts - 1) + [
        length - 2000 * (parts - 1)
    ]


def test_a_fence_that_is_too_long_is_closed_and_opened_again() -> None:
    code = "\n".join(f"line {n}" for n in range(10))

    parts = split(f"Look:\n```py\n{code}\n```\nDone.", 50)

    assert len(parts) > 1
    assert "".join(parts).count("```") % 2 == 0
    assert all(part.count("```") % 2 == 0 for part in parts)
    lines = [line for part in parts for line in part.splitlines()]
    assert [line for line in lines if line.startswith("line")] == code.splitlines()
    assert lines[-1] == "Done."
