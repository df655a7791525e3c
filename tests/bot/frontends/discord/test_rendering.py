"""Replies laid out for Discord, as a phone shows them."""

from __future__ import annotations

import pytest

from bot.frontends.discord.rendering import Page, Setting, quoted, reply_pages, sources_pages
from bot.frontends.discord.views import layout
from bot.reply import Choice, Reply
from retrieval.answer import Citation

NBSP = "\N{NO-BREAK SPACE}"
LONG = "Is a computer science degree enough for machine learning, or do I need another?"


def cited(marker: int, guide: str, section: str, link: str = "") -> Citation:
    return Citation(marker, guide, section, "A. Writer, “Notes”", "Learn maths.", link)


def laid(reply: Reply) -> list[Page]:
    """The pages of a reply, each of which Discord takes; discord.py counts the parts."""
    pages = reply_pages(reply, "1", Setting())
    assert all(layout(page).content_length() <= 4000 for page in pages)
    return list(pages)


def test_a_question_is_read_in_full_beside_its_button() -> None:
    reply = Reply("refusal", f"Not covered. Nearest:\n\n- {LONG}", suggestions=(LONG,))

    [page] = laid(reply)

    assert page.texts == ("Not covered. Nearest:",)
    [entry] = page.entries
    assert (entry.text, entry.button.label, entry.button.offer) == (LONG, "Ask", 0)


def test_what_stands_on_buttons_does_not_stand_in_the_text_as_well() -> None:
    choices = (Choice("Code", "I like code"), Choice("Plan", "I like plans"))
    reply = Reply(
        "roles", "Which day?\n\n1. Code\n2. Plan\n\nPick one.", choices=choices, suggestions=("Why?",)
    )

    [page] = laid(reply)

    assert page.texts == ("Which day?\n\nPick one.",)
    assert [[button.label for button in row] for row in page.rows] == [["Code", "Plan"]]
    assert [entry.button.offer for entry in page.entries] == [2]


def test_a_command_to_use_next_stands_on_a_button() -> None:
    reply = Reply("profile", "Noted.", suggestions=("Which role suits me?", "/profile"))

    [page] = laid(reply)

    assert [entry.text for entry in page.entries] == ["Which role suits me?"]
    assert [(button.label, button.offer) for button in page.rows[0]] == [("/profile", 1)]


def test_the_sources_have_a_line_for_each_guide() -> None:
    citations = (cited(1, "Maths", "Algebra"), cited(2, "Roles", "Skills"), cited(3, "Maths", "Calculus"))

    [page] = laid(Reply("answer", "Learn.", citations))

    assert page.texts[1].replace(NBSP, " ") == "-# [1] Maths › Algebra · [3] Calculus\n-# [2] Roles › Skills"


def test_a_marker_never_begins_a_line_of_its_own() -> None:
    [page] = laid(Reply("answer", "Learn maths [1]. And more [1][2].", (cited(1, "Maths", "Algebra"),)))

    assert page.texts[0] == f"Learn maths{NBSP}[1]. And more{NBSP}[1][2]."


def test_a_source_leads_to_where_it_can_be_read() -> None:
    linked = cited(1, "Maths", "Algebra", "https://example.org/algebra_(maths)")

    [page] = sources_pages(Reply("answer", "Learn.", (linked, cited(2, "Roles", "Skills"))))

    assert page.texts[0].endswith("“Notes” · [open](https://example.org/algebra_%28maths%29)")
    assert page.texts[1].endswith("“Notes”")


@pytest.mark.parametrize("count", [3, 16, 40])
def test_however_many_buttons_there_are_discord_takes_each_message(count: int) -> None:
    """Somebody may have told a lot about themselves, and each fact has two buttons."""
    facts = [f"fact {n}, which is told at some length" for n in range(count)]
    choices = tuple(
        Choice(f"{does} “{fact}”", f"{does} {fact}") for fact in facts for does in ("Drop", "Mend")
    )
    reply = Reply("profile", "You like:", choices=choices, suggestions=(LONG, LONG))

    pages = laid(reply)

    pressed = [button for page in pages for row in page.rows for button in row]
    assert [button.offer for button in pressed] == list(range(2 * count))
    assert [entry.button.offer for page in pages for entry in page.entries] == [2 * count, 2 * count + 1]
    assert all(len(button.label) <= 80 for button in pressed)


def test_long_texts_and_what_stands_below_them_come_in_order() -> None:
    reply = Reply("chat", "\n\n".join(f"{n} {'word ' * 150}" for n in range(12)), suggestions=("Why?",))

    pages = laid(reply)

    assert " ".join(text for page in pages for text in page.texts).count("word") == 1800
    assert [bool(page.entries) for page in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("what maths?", "> what maths?"),
        ("/compare Data Scientist, swe", "> /compare Data Scientist, swe"),
        ("/roles", ""),
        ("  ", ""),
    ],
)
def test_what_was_asked_is_quoted_unless_discord_shows_all_of_it(question: str, shown: str) -> None:
    assert quoted(question) == shown
