from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from retrieval.pieces import Piece, pieces

TEXT = """Learn linear algebra [1]. You need calculus too. [2] Both help [1][3]!

- **NumPy**: for arrays [1]
- Pandas [2, 3]

## Then
What comes next?"""
CUT = [
    Piece("Learn linear algebra.", (1,), "sentence", 0),
    Piece("You need calculus too.", (2,), "sentence", 0),
    Piece("Both help!", (1, 3), "sentence", 0),
    Piece("NumPy: for arrays", (1,), "item", 2),
    Piece("Pandas", (2, 3), "item", 2),
    Piece("Then", (), "sentence", 4),
    Piece("What comes next?", (), "sentence", 4),
]


async def stream(text: str, size: int) -> AsyncIterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 5, 17, 1000])
async def test_the_pieces_do_not_depend_on_how_the_text_arrives(size: int) -> None:
    assert [piece async for piece in pieces(stream(TEXT, size))] == CUT


async def test_a_sentence_is_handed_on_when_the_next_one_begins() -> None:
    taken = []

    async def slowly() -> AsyncIterator[str]:
        yield "One thing [1]. Ano"
        taken.append("more was asked for")
        yield "ther."

    first = await anext(pieces(slowly()))

    assert (first.text, taken) == ("One thing.", [])
