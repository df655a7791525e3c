from __future__ import annotations

import pytest

from retrieval.phrasing import Phrasing

COVERED = [
    "what does a baker do",
    "what does a miller do",
    "which skills does a baker need",
    "is milling hard",
]
UNCOVERED = ["what does bread cost", "what does flour cost", "how much is a loaf", "how much is an oven"]


@pytest.mark.parametrize(
    ("question", "covered"),
    [("what does a farmer do", True), ("what does milk cost", False), ("how much is a cow", False)],
)
def test_how_a_question_is_put_tells_its_kind(question: str, covered: bool) -> None:  # noqa: FBT001
    assert (Phrasing(COVERED, UNCOVERED).lean(question) > 0) is covered


def test_the_order_of_two_words_counts() -> None:
    phrasing = Phrasing(["read data", "read data twice"], ["data read", "data read once"])

    assert phrasing.lean("read data") > 0 > phrasing.lean("data read")


@pytest.mark.parametrize("examples", [([], UNCOVERED), (COVERED, []), ([], [])])
def test_without_examples_of_one_kind_nothing_leans(examples: tuple[list[str], list[str]]) -> None:
    assert Phrasing(*examples).lean("what does bread cost") == 0.0


def test_the_same_examples_give_the_same_lean() -> None:
    one, two = Phrasing(COVERED, UNCOVERED), Phrasing(COVERED, UNCOVERED)

    assert one.lean("how hard is baking") == two.lean("how hard is baking")


def test_an_unknown_question_without_known_words_is_a_number_too() -> None:
    assert abs(Phrasing(COVERED, UNCOVERED).lean("zzz 🙂")) < 2
