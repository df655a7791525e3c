"""In transcripts, what was asked becomes the heading of what was answered."""

from __future__ import annotations

from knowledge.loaders.transcript import blocks_of_turns, turns_of

INTERVIEW = [
    "AMIS: What was the money like?",
    "OTTAWAY: Three pound four a week.",
    "AMIS: Looking for what, exactly?",
    "OTTAWAY: Wet where there shouldn't be wet.",
    "AMIS: You must have had some bad nights.",
    "OTTAWAY: The flood of sixty-eight was the worst.",
    "AMIS: Goodness me.",
    "OTTAWAY: Thirty-one hours without sitting down.",
]


def headings(lines: list[str]) -> list[str]:
    return [block.text for block in blocks_of_turns(turns_of(lines)) if block.kind == "heading"]


def test_what_the_interviewer_asks_is_a_heading_and_so_is_what_prompts_an_answer() -> None:
    assert headings(INTERVIEW) == [
        "What was the money like?",
        "Looking for what, exactly?",
        "You must have had some bad nights",
    ]


def test_what_the_other_says_is_no_heading_however_short() -> None:
    talk = [
        "LEE: How do you sharpen it?",
        "KIM: I do it on a stone.",
        "LEE: And how often?",
        "KIM: Every week.",
    ]

    assert headings([*talk, *talk]) == ["How do you sharpen it?", "How often?"] * 2
