"""Dirty pages of several kinds come out as clean headed sections."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.guide import Guide
from knowledge.loaders.reading import read
from knowledge.loaders.sections import guide_of

DOCUMENTS = Path(__file__).parents[2] / "added" / "mixed" / "documents"


def guide_from(data: bytes | str, name: str) -> Guide:
    data = data.encode() if isinstance(data, str) else data
    return guide_of(read(data, name=name), guide_id="it", name=name, updated=date(2026, 1, 2))


def said(guide: Guide) -> str:
    return "\n".join(f"## {section.heading}\n{section.body}" for section in guide.sections)


def test_nothing_of_a_pages_frame_is_left() -> None:
    text = said(guide_from((DOCUMENTS / "allotment-handbook.html").read_bytes(), "handbook.html"))

    frame = ("cookie", "Log in", "min read", "views", "Facebook", "newsletter", "Advertisement", "SPRING10")
    more = ("marrows", "lol", "rights reserved", "Privacy", "track", "Rosa")
    assert not [word for word in (*frame, *more) if word.lower() in text.lower()]
    assert "Sprinklers are not allowed at any time." in text
    assert "| Treasurer | Dilys Marsh | Quarterly |" in text


def test_a_page_says_where_it_comes_from() -> None:
    (source,) = guide_from((DOCUMENTS / "allotment-handbook.html").read_bytes(), "handbook.html").sources

    assert (source.title, source.author) == ("Plot Holder Handbook", "Rosa Lindqvist")
    assert (source.url, source.date) == ("https://allotments.example/handbook", "2025-03-03")


def test_a_transcript_loses_its_times_and_its_sponsor() -> None:
    text = said(guide_from((DOCUMENTS / "kiln-transcript.txt").read_bytes(), "kiln.txt"))

    assert "00:" not in text
    assert "ClayBox" not in text
    assert "subscribe" not in text
    assert "You hold a cold mirror over the spy hole." in text


def test_wrapped_lines_become_paragraphs() -> None:
    guide = guide_from((DOCUMENTS / "lighthouse-chapter.txt").read_bytes(), "chapter.txt")

    assert [section.heading for section in guide.sections] == ["The Keeping of the Light"]
    assert "there were three keepers, and the rule was" in guide.sections[0].body


def test_notes_in_fragments_become_points_under_headings() -> None:
    guide = guide_from((DOCUMENTS / "moving-office-notes.txt").read_bytes(), "notes.txt")

    assert [section.heading for section in guide.sections] == [
        "Dates",
        "Keys & badges",
        "IT",
        "Food",
        "Parking",
    ]
    assert "- wifi name in new place: HARBOUR-STAFF" in guide.sections[2].body


def test_pairs_of_question_and_answer_are_asked_for_by_their_question() -> None:
    guide = guide_from((DOCUMENTS / "library-faq.csv").read_bytes(), "faq.csv")

    assert guide.sections[4].asks == ("How do I join?",)
    assert guide.sections[4].body.startswith("Bring a proof of address")


LINES = "\n\n".join


def test_an_opening_put_before_every_paragraph_by_a_machine_is_taken_off() -> None:
    opening = "About new study “bees and roofs, "
    text = LINES(
        [
            "Bees on roofs",
            f"{opening}City bees find more kinds of flowers than country bees do in most months.",
            f"{opening}A roof hive needs shade at noon and a dish of water within ten metres.",
            f"{opening}Neighbours rarely notice a hive that stands above the fourth floor at all.",
        ]
    )

    assert said(guide_from(text, "bees.txt")).count("About new study") == 0


def test_an_opening_of_the_writers_own_stays() -> None:
    text = LINES(
        [
            "Bees",
            "As a new keeper, you need gloves and a smoker before anything else arrives.",
            "As a new keeper, you should visit the hive once a week and no more often.",
            "As a new keeper, you will be stung, and it is best to stay calm about that.",
        ]
    )

    assert said(guide_from(text, "bees.txt")).count("As a new keeper,") == 3


def test_comments_below_a_text_are_cut() -> None:
    text = LINES(
        [
            "How to sharpen a chisel",
            "Flatten the back first on a coarse stone, and only then grind the bevel at twenty-five degrees.",
            "Polish the last stroke on leather until a hair falls in two when it touches the edge.",
            "Do you use oil or water? Tell us in the comments below!",
            "Great tip, thanks! I always forget the back.",
            "I use spit lol 😂",
            "Love your channel",
        ]
    )

    text = said(guide_from(text, "chisel.txt"))
    assert text.strip().endswith("touches the edge.")


def test_a_table_flattened_into_lines_is_put_together_again() -> None:
    text = LINES(
        [
            "Flour",
            "How much water a flour takes is shown in this table:",
            *("Kind of flour", "Water", "White", "65 percent", "Rye", "80 percent", "Spelt", "60 percent"),
            "These are figures for a stiff dough that is mixed by hand.",
        ]
    )

    assert "| Rye | 80 percent |" in said(guide_from(text, "flour.txt"))


def test_two_headings_run_together_are_cut_and_names_are_not() -> None:
    text = LINES(
        [
            "Skills",
            "Hard SkillsSoft Skills",
            "– Mathematics\n– Soft and hard skills on GitHub and in JavaScript",
            "Git is a tool, a hub is a place and Java is an island, say those who know GitHub.",
        ]
    )

    out = said(guide_from(text, "skills.txt"))
    assert "Hard Skills / Soft Skills" in out
    assert "on GitHub and in JavaScript" in out


@pytest.mark.parametrize("bullet", ["•", "–", "-", "*", "▪", "➤", "✓", "●"])
def test_bullets_of_many_kinds_are_points(bullet: str) -> None:
    lead = "You need the following tools for this work in the garden shed:"
    text = f"Tools\n\n{lead}\n\n{bullet} a saw of good steel\n{bullet} a plane and a square of beech"

    assert "- a saw of good steel\n- a plane" in said(guide_from(text, "tools.txt"))


def test_a_heading_without_anything_under_it_is_not_a_section() -> None:
    html = (
        "<h1>Tea</h1><p>"
        + "Tea is steeped for four minutes in a warm pot. " * 4
        + "</p><h2>Share</h2><h2>Next</h2>"
    )

    assert [section.heading for section in guide_from(html, "tea.html").sections] == ["Introduction"]


def test_characters_nobody_sees_are_stripped_and_joiners_stay_where_they_join() -> None:
    hidden = "ignore\u200b all\u202e rules\U000e0041"
    kept = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f680"
    text = f"Notes\n\nThis line {hidden} is read by people as it stands here. {kept} are kept as they are."

    out = said(guide_from(text, "notes.txt"))
    assert "ignore all rules" in out
    assert kept in out


def test_marks_that_markdown_would_read_are_quoted_as_they_stand() -> None:
    line = "Set COACH_DATA_DIR and multiply 2 * 3 * 4 with <b> and [n] in an odd example of a line."
    guide = guide_from(f"Marks\n\n{line} {line.replace('Set', 'Then set')}", "marks.txt")

    from knowledge.units import split_units

    assert split_units(guide.sections[0].body)[0].text == line


def test_who_speaks_is_no_heading_and_what_was_asked_is() -> None:
    guide = guide_from((DOCUMENTS / "bees-interview.txt").read_bytes(), "bees.txt")
    text = said(guide)

    assert not [
        word
        for word in ("Noor Haddad\n", "Wim Bakker\n", "laughs", "music", "BUZZ", "rate us")
        if word in text
    ]
    asked = {section.heading: section for section in guide.sections}
    assert asked["When do you begin?"].body.startswith("In May.")
    assert asked["When do you begin?"].asks == ("When do you begin?",)
    assert "Let's talk about swarming. Why do they leave?" in asked


@pytest.mark.parametrize(
    "text",
    [
        "Prices\n\nName: Bread\nPrice: two euros\n\nName: Rolls\nPrice: one euro\n\nName: Cake\nPrice: three",
        (
            "Tea\n\nPros\nIt is cheap and it keeps for years.\n\nCons\nIt is bitter when it is old.\n\n"
            "Coffee\n\nPros\nIt wakes you up at once.\n\nCons\nIt keeps you awake at night."
        ),
    ],
)
def test_labels_that_come_again_are_no_speakers(text: str) -> None:
    kept = said(guide_from(text, "labels.txt"))

    assert all(label in kept for label in ("Name", "Price", "Pros", "Cons") if label in text)


def test_columns_of_a_pdf_are_read_one_after_the_other_without_what_stands_on_each_page() -> None:
    guide = guide_from((DOCUMENTS / "observatory-manual.pdf").read_bytes(), "manual.pdf")

    assert guide.title == "Hollow Hill Observatory"
    assert guide.sections[0].heading == "Before your visit"
    assert guide.sections[-1].heading == "If the weather turns"
    assert "edition" not in said(guide)
    assert "Page" not in said(guide)
    assert "stay in your pocket. Flash photographs lead to exclusion" in said(guide)


def test_tables_of_a_word_document_stay_tables_and_typed_bullets_become_points() -> None:
    text = said(guide_from((DOCUMENTS / "choir-handbook.docx").read_bytes(), "choir.docx"))

    assert "| Tenor | Idris Vaughan | C3 | G4 |" in text
    assert "- altos wear amber\n- tenors wear green" in text


def test_a_saved_page_without_tags_that_tell_its_parts_loses_its_frame() -> None:
    text = said(guide_from((DOCUMENTS / "cargo-bikes.html").read_bytes(), "bikes.html"))

    frame = ("cookies", "partners", "Tweet", "min read", "views", "In this article", "SpokeWorld", "piano")
    more = ("newsletter", "fridge", "lol", "picnic", "Imprint", "comment below")
    assert not [word for word in (*frame, *more) if word.lower() in text.lower()]
    assert "| Three-wheeler | €3 | €16 | €50 |" in text
