"""“The second one” → which of the things just listed is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.wording import content_words

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "last": -1,
}  # fmt: skip
_COUNTED = r"(?:one|point|option|item|thing|role|bullet)"
# "learn first" and "how long does it last" count nothing: the word stands after "the", before
# what is counted, or at the beginning.
_ORDINAL = re.compile(
    rf"(?:\bthe |^)(?P<word>{'|'.join(_ORDINALS)})(?: {_COUNTED})?(?! (?:two|three|four|few)\b)"
    r"(?=[\s,.?!'’]|$)"
    rf"|\b(?P<counting>{'|'.join(_ORDINALS)}) {_COUNTED}(?=[\s,.?!'’]|$)"
    r"|\b(?:number|no\.?|#|option|point) ?(?P<number>[1-9])\b",
    re.IGNORECASE,
)
_CALLED = re.compile(rf"\bthe (?P<name>[\w-]+(?: [\w-]+)?) {_COUNTED}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pick:
    """The place of what is picked, -1 for the last, and the text before and after its mention."""

    place: int
    before: str
    after: str

    @property
    def rest(self) -> str:
        """What the message says beside."""
        return f"{self.before} {self.after}"

    def put(self, option: str) -> str:
        """Say the message with the option in the place of its mention."""
        return f"{self.before}{option}{self.after.rstrip(' ,.?!')}".strip()

    def of(self, options: tuple[str, ...]) -> str | None:
        """Return the option picked, if there is one at this place."""
        return options[self.place] if options and self.place < len(options) else None


def numbered(text: str) -> int | None:
    """Read a message that is a number and no more, such as “2.” or “#2”."""
    number = text.strip(" .)#")
    return int(number) if number.isdecimal() else None


def picked(text: str, options: Sequence[str]) -> Pick | None:
    """Read which of the things listed a message picks: by its place, or by a word, “the robotics one”."""
    found = _ORDINAL.search(text)
    if not found:
        return _called(text, options)
    word = found["word"] or found["counting"]
    place = _ORDINALS[word.lower()] if word else int(found["number"]) - 1
    return Pick(place, text[: found.start()], text[found.end() :])


def _called(text: str, options: Sequence[str]) -> Pick | None:
    found = _CALLED.search(text)
    words = set(content_words(found["name"])) if found else set()
    places = [place for place, option in enumerate(options) if words and words <= set(content_words(option))]
    if found is None or len(places) != 1:
        return None
    return Pick(places[0], text[: found.start()], text[found.end() :])
