"""Markdown that is added says of itself what a shipped guide says of itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.guide import Guide
from knowledge.loaders.document import Document
from knowledge.loaders.markdown import read_guide
from knowledge.loaders.reading import read
from knowledge.loaders.sections import guide_of

SHIPPED = Path(__file__).parents[3] / "knowledge" / "guides"
TEA = """---
title: Tea
summary: How to steep it.
sources:
  - {id: leaf, title: The Leaf, author: A. Brewer, url: "https://leaf.example"}
  - {id: pot, title: The Pot, publisher: unknown}
updated: 2026-02-03
---

## Green tea
> Asks: How long does green tea steep?
> Asks: is green tea bitter
> Source: pot

Green tea steeps for two minutes in water that does not boil any more.

## Black tea
> Asks: How hot must the water be?

Black tea takes boiling water and four minutes.
"""


def added(text: str) -> Guide:
    document = Document.of_fields(read(text.encode(), name="tea.md").fields())
    return guide_of(document, guide_id="tea", name="tea.md", updated=date(2026, 1, 1))


def test_a_guide_that_is_added_keeps_what_it_says_of_itself() -> None:
    guide = added(TEA)

    green, black = guide.sections
    assert (guide.title, guide.summary, guide.updated) == ("Tea", "How to steep it.", date(2026, 2, 3))
    assert [str(source) for source in guide.sources] == ["A. Brewer, “The Leaf”", "“The Pot”"]
    assert green.asks == ("How long does green tea steep?", "is green tea bitter")
    assert [source.id for source in green.sources] == ["pot"]
    assert [source.id for source in black.sources] == ["leaf", "pot"]
    assert green.body == "Green tea steeps for two minutes in water that does not boil any more."


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.md")), ids=lambda path: path.stem)
def test_a_shipped_guide_is_the_same_when_it_is_added(path: Path) -> None:
    shipped, guide = read_guide(path), added(path.read_text(encoding="utf-8"))

    assert (guide.title, guide.summary, guide.updated) == (shipped.title, shipped.summary, shipped.updated)
    assert guide.sources == shipped.sources
    assert [section.heading for section in guide.sections] == [each.heading for each in shipped.sections]
    assert [section.sources for section in guide.sections] == [each.sources for each in shipped.sections]
    assert all(
        set(section.asks) <= {*each.asks, section.heading}
        for section, each in zip(guide.sections, shipped.sections, strict=True)
    )


def test_front_matter_of_other_peoples_is_read_as_far_as_it_is_known() -> None:
    text = """---
layout: post
title: "Steeping: a guide"
author: Jo
date: 2025-05-06
tags: [tea]
---
# Green

Green tea steeps for two minutes in water that does not boil any more.
"""
    guide = added(text)

    assert str(guide.sources[0]) == "Jo, “Steeping: a guide”, 2025-05-06"
    assert guide.updated == date(2025, 5, 6)


@pytest.mark.parametrize("front", ["a: &a [x]\nb: [*a, *a]", "- a list", "a: [", "updated: 2026-02-30", ""])
def test_front_matter_that_cannot_be_read_is_left_out(front: str) -> None:
    guide = added(f"---\n{front}\n---\n# Green\n\nGreen tea steeps for two minutes, and no longer than that.")

    assert guide.sections[0].body == "Green tea steeps for two minutes, and no longer than that."
    assert guide.updated == date(2026, 1, 1)


def test_a_note_that_stands_under_no_heading_is_not_quoted() -> None:
    guide = added(
        "Tea is made of leaves, and of nothing else.\n\n> Asks: Why?\n\n> It said: drink up, all of it."
    )

    assert guide.sections[0].body == (
        "Tea is made of leaves, and of nothing else.\n\nIt said: drink up, all of it."
    )
    assert guide.sections[0].asks == ()
