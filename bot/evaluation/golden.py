"""The golden set: questions with the facts a good answer holds, as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from knowledge.errors import CoachError

Part = Literal["tune", "aside", "all"]
_FILES = ("answerable.jsonl", "unanswerable.jsonl", "conversations.jsonl")


class GoldenError(CoachError):
    """The golden set cannot be read; the text says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something an answer must hold, in any of several wordings."""

    wordings: tuple[str, ...]

    def stands_in(self, text: str) -> bool:
        """Whether a wording occurs in the text at the start of a word, in any case."""
        return any(
            re.search(rf"(?<!\w){re.escape(wording)}", text, re.IGNORECASE) for wording in self.wordings
        )


@dataclass(frozen=True, slots=True)
class Answerable:
    """A question that the guides answer; the first fact is the one that matters most."""

    question: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question that they do not answer; a near miss is on the subject all the same."""

    question: str
    near_miss: bool


@dataclass(frozen=True, slots=True)
class GoldenTurn:
    """A message in a conversation, and what its reply must be, hold and not hold."""

    text: str
    kind: str
    facts: tuple[Fact, ...]
    unwanted: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """One part of the golden set."""

    answerable: tuple[Answerable, ...]
    unanswerable: tuple[Unanswerable, ...]
    conversations: tuple[tuple[GoldenTurn, ...], ...]


def load_golden(folder: Path, part: Part) -> GoldenSet:
    """Read the part that tuning may look at, the part kept aside, or both."""
    if missing := [name for name in _FILES if not (folder / name).is_file()]:
        raise GoldenError(f"The golden set has no {missing[0]} in “{folder}”. Name its folder with --golden.")
    answerable, unanswerable, conversations = (list(_rows(folder / name, part)) for name in _FILES)
    return GoldenSet(
        tuple(Answerable(row["question"], _facts(row["facts"])) for row in answerable),
        tuple(Unanswerable(row["question"], row["near_miss"]) for row in unanswerable),
        tuple(tuple(map(_turn, row["turns"])) for row in conversations),
    )


def golden_questions(folder: Path) -> tuple[str, ...]:
    """List the questions of the part that may be looked at; none where there is no such folder."""
    if not all((folder / name).is_file() for name in _FILES):
        return ()
    golden = load_golden(folder, "tune")
    answerable = [item.question for item in golden.answerable]
    return (*answerable, *(item.question for item in golden.unanswerable))


def _rows(path: Path, part: Part) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if part in {"all", row["part"]}:
            yield row


def _turn(row: dict[str, Any]) -> GoldenTurn:
    unwanted = tuple(Fact((wording,)) for wording in row.get("not", ()))
    return GoldenTurn(row["text"], row["kind"], _facts(row.get("facts", ())), unwanted)


def _facts(facts: Iterable[Iterable[str]]) -> tuple[Fact, ...]:
    return tuple(Fact(tuple(wordings)) for wordings in facts)
