from __future__ import annotations

import pytest

from bot.coach.manner import Manner


@pytest.mark.parametrize(
    "text",
    [
        "I have kept a library's catalogue running for five years",
        "hate meetings, love terminals",
        "never trained anything",
        "Retired carpenter turned programmer. I like to measure twice.",
    ],
)
def test_what_people_tell_of_themselves_is_a_statement(manner: Manner, text: str) -> None:
    assert manner.tells(text)


@pytest.mark.parametrize(
    "text",
    [
        "which books",
        "project ideas for my portfolio",
        "nda and my ml projects",
        "core ideas of ml i must know",
        "my model stopped learning at epoch nine, help",
        "nobody ever told me what a research scientist does all day",
        "write a letter for me to the bank",
    ],
)
def test_what_asks_is_none_even_without_a_question_mark(manner: Manner, text: str) -> None:
    assert not manner.tells(text)
