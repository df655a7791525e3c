"""Single signs, each on a sentence that shows it; how well they decide, tests/golden measures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from knowledge.library import StoredChunk
from knowledge.units import split_units
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.misfits import Misfits
from retrieval.opposites import Opposites
from retrieval.signs import Signs, signs_of
from retrieval.verify import Examiner, Verifier
from tests.golden.support import shipped_chunks

BODY = """\
Bakers enjoy quiet mornings and need flour, water and yeast.

- Sourdough: rye flour and a starter that is fed every day.
- Baguette: wheat flour, and steam in the oven.
"""


Look = Callable[[str, StoredChunk], Awaitable[Signs]]


@pytest.fixture(scope="module")
def look(embeddings: SentenceEmbeddings, reader: Reader) -> Look:
    """Find the signs of a sentence that cites a chunk."""
    examiner = Examiner(embeddings, reader)
    misfits = Misfits.load()

    async def look(sentence: str, chunk: StoredChunk) -> Signs:
        return signs_of(await examiner.read(sentence, [chunk]), misfits)

    return look


@pytest.fixture
def chunk() -> StoredChunk:
    chunk = shipped_chunks()["foundations", "Maths"]
    return replace(chunk, guide="Bread", section="Baking", source="", units=split_units(BODY))


async def test_what_the_passage_says_has_nothing_against_it(look: Look, chunk: StoredChunk) -> None:
    signs = await look("Bakers need flour, water and yeast.", chunk)

    assert (signs.strange, signs.unknown, signs.odd, signs.lone) == (False, 0, 0, 0)
    assert (signs.conflict, signs.turned, signs.apart, signs.severed) == (0, 0, 0, 0)
    assert signs.covered == 1
    assert signs.told > 0.8


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [
        ("Bakers dread quiet mornings.", "turned"),
        ("Bakers need flour, water and helicopters.", "odd"),
        ("Bakers enjoy quiet helicopters.", "lone"),
        ("Bakers enjoy quiet helicopters.", "foreign"),
        ("Bakers enjoy quiet helicopters.", "misfit"),
        ("Steam is good for the mornings.", "straddled"),
        ("Bakers need no flour.", "denial"),
        ("Baguette takes rye flour and a starter that is fed every day.", "mislabelled"),
        ("Sourdough takes a starter, while baguette takes rye flour fed every day.", "mislabelled"),
        ("Steam is good for the mornings.", "severed"),
        ("Bakers need 3 kinds of flour.", "strange"),
        ("Bakers need Semolina.", "strange"),
        ("Zwieback needs flour, water and yeast.", "strange"),
    ],
)
async def test_what_it_does_not_say_shows(look: Look, chunk: StoredChunk, sentence: str, sign: str) -> None:
    assert getattr(await look(sentence, chunk), sign) > 0


async def test_a_count_of_what_the_sentence_names_is_no_figure(look: Look, chunk: StoredChunk) -> None:
    signs = await look("Flour and water are two of the things that bakers need.", chunk)

    assert not signs.strange


@pytest.mark.parametrize(
    "sentence",
    [
        "Don't forget the flour.",
        "Bakers can't do without flour.",
        "A few quiet mornings are what bakers enjoy.",
        "No bakery yet? Flour and water are what bakers need.",
        "If you have never baked, remember that bakers need flour.",
    ],
)
async def test_what_is_denied_twice_or_lacked_is_not_denied(
    look: Look, chunk: StoredChunk, sentence: str
) -> None:
    assert (await look(sentence, chunk)).denial == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "Bakers overlook quiet mornings.",
        "Bakers warn against quiet mornings.",
        "Quiet mornings are what bakers warn about.",
        "Bakers prefer noise to quiet mornings.",
    ],
)
async def test_what_is_liked_less_or_warned_of_is_denied(
    look: Look, chunk: StoredChunk, sentence: str
) -> None:
    assert (await look(sentence, chunk)).denial > 0


async def test_what_one_starts_with_comes_first(reader: Reader) -> None:
    claim = reader.read("Flour is the thing to start with, followed by yeast.")

    assert "flour" in claim.early
    assert "yeast" in claim.late


async def test_a_passage_that_says_nothing_bears_nothing_out(
    embeddings: SentenceEmbeddings, reader: Reader, chunk: StoredChunk
) -> None:
    verifier = Verifier(embeddings, reader)

    assert not await verifier.supported("Bakers need flour.", [replace(chunk, units=())])


async def test_the_same_sentence_gets_the_same_verdict(look: Look, chunk: StoredChunk) -> None:
    first, second = [await look("Bakers love quiet mornings.", chunk) for _ in range(2)]

    assert first == second


def test_a_word_on_both_sides_leans_neither_way() -> None:
    opposites = Opposites([("up high", "down low"), ("more high", "less low high")], str)

    assert opposites.turned(frozenset({"up"}), frozenset({"down"})) == 1
    assert opposites.turned(frozenset({"high"}), frozenset({"low"})) == 1
    assert opposites.turned(frozenset({"up", "down"}), frozenset({"down"})) == 0
    assert opposites.turned(frozenset({"up"}), frozenset({"sideways"})) == 0
