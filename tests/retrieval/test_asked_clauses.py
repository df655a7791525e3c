from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.asking import asked_clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("what maths do I need?", ("what maths do I need?",)),
        ("machine learning", ("machine learning",)),
        ("I am 45. Am I too old?", ("Am I too old?",)),
        ("what is it, and how do I start?", ("what is it", "how do I start?")),
        ("Which tools do I need? Is Python enough?", ("Which tools do I need?", "Is Python enough?")),
        ("I like maths, what fits me best?", ("what fits me best?",)),
        ("I haven't done much data, where can I practise it", ("where can I practise it",)),
        ("I write code and do maths", ("I write code and do maths",)),
        ("Which is better, Python or R?", ("Which is better, Python or R?",)),
        ("My boss said no. He is strict. I left.", ("My boss said no. He is strict. I left.",)),
        ("what should I do next", ("what should I do next",)),
        ("Do you think so? Really?", ("Do you think so?",)),
        ("why?", ("why?",)),
        ("", ("",)),
    ],
)
def test_the_questions_are_cut_out_of_the_story(text: str, clauses: tuple[str, ...]) -> None:
    assert asked_clauses(text) == clauses


@given(st.text())
def test_any_text_asks_something(text: str) -> None:
    clauses = asked_clauses(text)

    assert clauses
    assert all(clauses) or not text.strip()
