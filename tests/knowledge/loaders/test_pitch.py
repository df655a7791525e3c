"""Where a page sells what its publisher offers, nothing is kept."""

from __future__ import annotations

from knowledge.loaders.document import Block
from knowledge.loaders.pitch import without_pitches

TEXT = [
    Block("paragraph", f"A stone of {grit} grit takes out the scratches of the one before.")
    for grit in range(80)
]
PITCH = [
    Block("heading", "EdgeWorks: your partner for sharp tools", 2),
    Block("paragraph", "At EdgeWorks, we specialize in helping joiners. Here is how we can help:"),
    Block("heading", "Courses", 3),
    Block("paragraph", "Our courses take two evenings."),
    Block("heading", "Conclusion", 2),
    Block("paragraph", "Begin with a coarse stone. And when you are ready, EdgeWorks is here to guide you."),
]


def test_a_part_headed_by_who_sells_is_dropped_and_so_is_what_commends_them() -> None:
    kept = without_pitches([*TEXT, *PITCH])

    assert [block.text for block in kept[len(TEXT) :]] == ["Conclusion", "Begin with a coarse stone."]


def test_who_a_text_is_about_may_speak_in_it() -> None:
    about = [Block("paragraph", f"EdgeWorks has {count} members, and each has a key.") for count in range(20)]

    assert without_pitches([*about, *PITCH]) == [*about, *PITCH]


def test_a_name_without_an_offer_sells_nothing() -> None:
    told = [*TEXT, Block("paragraph", "At Sheffield, we changed trains. Sheffield is where you find them.")]

    assert without_pitches(told) == told
