"""What a text's lines and a page's parts are is read from how they are laid out."""

from __future__ import annotations

from tests.knowledge.loaders.test_cleaning import guide_from, said

WRAPPED = """The Ferry

   Table of Contents

   The Crossing

   The Ferryman

   The Rope

The Crossing

   The ferry crosses the river in eleven minutes when the water is low, and
   in the spring it takes
   twice as long. Nobody has
   drowned since 1911.

     Dogs travel free. A horse costs as much as two grown people do, and the
     Corporation has kept it so since the bridge fell down in the great flood.

The Ferryman

   He sleeps in the hut on the north bank, and comes when somebody rings the
   bell twice. “Ring once and I turn over,” he says.

The Rope

   It is of hemp, as thick as a wrist, and is replaced every fourth year by
   the ropemaker of Little Ashby.
"""

PAGE = """<html><head><title>Ferry</title></head><body>
<ul class="docnav"><li><a href="1">Previous page</a></li><li><a href="2">Up</a></li>
<li><a href="3">Next page</a></li></ul>
<div class="section"><div class="titlepage"><div><h2><a id="x"></a>The crossing</h2></div></div>
<div class="para">The ferry crosses in eleven minutes when the water is low.</div>
<div class="sidebar"><div class="titlepage"><p class="title"><strong>Why a rope?</strong></p></div>
<div class="para">A rope needs no engine, and the current does the work. The first one was stretched in 1702,
by a miller who was tired of waiting, and it has been renewed some sixty times since then.</div></div>
<div class="para">A bell calls the <code>ferryman</code> from his hut.</div></div>
<div class="sidebar"><p>Also here</p><a href="4">Ten best ferries</a> <a href="5">Bridges</a></div>
</body></html>"""


def test_lines_broken_to_a_width_are_joined_however_deep_they_stand() -> None:
    text = said(guide_from(WRAPPED, "ferry.txt"))

    assert "when the water is low, and in the spring it takes twice as long. Nobody has drowned" in text
    assert "as two grown people do, and the Corporation has kept it so" in text


def test_what_stands_as_deep_as_text_heads_nothing_and_a_table_of_contents_is_left_out() -> None:
    guide = guide_from(WRAPPED, "ferry.txt")

    assert [section.heading for section in guide.sections] == ["The Crossing", "The Ferryman", "The Rope"]


def test_a_box_beside_a_text_is_kept_and_links_are_not_and_what_follows_goes_on() -> None:
    guide = guide_from(PAGE, "ferry.html")
    text = said(guide)

    assert [section.heading for section in guide.sections] == ["The crossing", "Why a rope?"]
    assert "A bell calls the ferryman from his hut." in guide.sections[0].body
    assert "stretched in 1702" in guide.sections[1].body
    assert not [frame for frame in ("Next page", "Also here", "Bridges") if frame in text]


def test_lines_in_columns_are_a_table() -> None:
    text = said(guide_from("Prices\n\nWho\tOne way\nA child\t2 crowns\nA horse\t9 crowns\n", "ferry.txt"))

    assert "| A horse | 9 crowns |" in text


def test_numbers_head_parts_only_where_they_do_not_count_points() -> None:
    parts = (
        "Rules\n\n1. Boarding.\n\nBoard from the left. Sit down at once.\n\n"
        "2. Leaving.\n\nWait for the bell. Then get up.\n"
    )
    points = "Boarding\n\n1. Ring the bell.\n2. Wait for the man.\n3. Board from the left, and sit down.\n"

    assert [section.heading for section in guide_from(parts, "rules.txt").sections] == ["Boarding", "Leaving"]
    assert "- Wait for the man." in said(guide_from(points, "points.txt"))


def test_a_bold_line_above_a_paragraph_heads_it() -> None:
    page = "<h1>Ferry</h1><p><b>Dogs</b><br>Dogs travel free, and so do cats. A horse pays for two.</p>"

    assert said(guide_from(page, "ferry.html")) == (
        "## Dogs\nDogs travel free, and so do cats. A horse pays for two."
    )


def test_pull_quotes_greetings_and_captions_are_left_out() -> None:
    page = (
        "<h1>Ferry</h1><p>Welcome back to the river! The ferry is free for dogs. Horses pay for two.</p>"
        "<blockquote>“The ferry is free for dogs”</blockquote><p><b>Figure 2. The ferry at dusk</b></p>"
        "<p>In this article, we look at fares. A season ticket costs thirty crowns.</p>"
    )

    assert said(guide_from(page, "ferry.html")) == (
        "## Introduction\nThe ferry is free for dogs. Horses pay for two.\n\n"
        "A season ticket costs thirty crowns."
    )
