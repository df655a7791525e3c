from __future__ import annotations

from bot.frontends.terminal import render
from bot.reply import Reply
from retrieval.answer import Citation

CITED = Reply(
    "answer",
    "Learn maths [1].\n\n- Vectors [2]",
    (
        Citation(1, "Foundations", "Maths", "A. Writer, “Notes”", "Learn **maths**."),
        Citation(2, "Foundations", "Tools", "B. Writer", "- Vectors"),
    ),
)


def test_plain_text_ends_with_the_sources_in_a_line() -> None:
    assert render.plain(CITED) == (
        "Learn maths [1].\n\n- Vectors [2]\n\n[1] Foundations › Maths · [2] Foundations › Tools"
    )


def test_a_reply_without_sources_is_shown_as_it_is() -> None:
    assert render.plain(Reply("chat", "Hi!")) == "Hi!"


def test_passages_are_shown_word_for_word_with_where_they_come_from() -> None:
    assert render.passages(CITED) == (
        "**[1] Foundations › Maths**\n\nLearn **maths**.\n\n*Source: A. Writer, “Notes”*\n\n"
        "**[2] Foundations › Tools**\n\n- Vectors\n\n*Source: B. Writer*"
    )
