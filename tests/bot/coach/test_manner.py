from __future__ import annotations

from collections import Counter

import pytest

from bot.coach.manner import Manner, load_examples


def _kind(leans: dict[str, float]) -> str:
    return max(leans, key=leans.__getitem__)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I have kept a library's catalogue running for five years", "profile"),
        ("hate meetings, love terminals", "profile"),
        ("never trained anything", "profile"),
        ("Retired carpenter turned programmer. I like to measure twice.", "profile"),
        ("what i don't want is another decade of tickets", "profile"),
        ("no hang on, three years and not two", "profile"),
        ("which books", "ask"),
        ("project ideas for my portfolio", "ask"),
        ("nda and my ml projects", "ask"),
        ("core ideas of ml i must know", "ask"),
        ("my model stopped learning at epoch nine, help", "ask"),
        ("nobody ever told me what a research scientist does all day", "ask"),
        ("write a letter for me to the bank", "ask"),
        ("beekeeper turned coder, where would you put me", "roles"),
        ("i like order and dislike people, tell me what to be", "roles"),
        ("researcher or data scientist, who reads more papers", "compare"),
        ("what do i still lack for data scientist", "gap"),
        ("catch you on monday", "smalltalk"),
        ("what a sunny day", "smalltalk"),
    ],
)
async def test_a_message_is_put_like_the_examples_of_its_intent(manner: Manner, text: str, kind: str) -> None:
    put = await manner.put(text)

    assert _kind(dict(put.leans)) == kind


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("six years of java, is that enough", True),
        ("I like maths. Where do I begin", True),
        ("and if I don't like maths", True),
        ("my degree is old?", True),
        ("what I want is a quiet job", False),
        ("I know where the tickets come from", False),
        ("when I was young I mended radios", False),
        ("did a course on proofs", False),
        ("was at an insurer, then self taught", False),
        ("would rather read than talk", False),
        ("there is this one puzzle I like", False),
        ("did people ever ask that", True),
        ("was it hard to leave", True),
        ("when can I begin", True),
    ],
)
async def test_a_clause_asks_by_its_form(manner: Manner, text: str, *, asks: bool) -> None:
    assert (await manner.put(text)).asks is asks


async def test_which_role_is_named_makes_no_difference_to_the_words(manner: Manner) -> None:
    one, other = [(await manner.put(f"what does a {role} do")).leans for role in ("data scientist", "MLE")]

    assert _kind(dict(one)) == _kind(dict(other)) == "ask"


def test_no_example_stands_for_two_intents() -> None:
    texts = Counter(text.casefold() for _, text in load_examples())

    assert [text for text, times in texts.items() if times > 1] == []
