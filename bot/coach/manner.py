"""Whether a message tells something, asks something or wants a role suggested, by how it is put.

Chat leaves question marks out, and a worry is a question without looking like one, so no list of
question words will do. What people ask is known by thousands of examples, what they tell of
themselves by hundreds; a message is taken for what it is put more like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import yaml

from knowledge.roles import Roles
from retrieval.phrasing import Phrasing
from retrieval.wording import Wording

_PROMPT = Path(__file__).parents[2] / "prompts" / "statements.yaml"

# How far towards questions a statement may lean. Cross-validated on the questions of the guides that
# speak of oneself: at this, 86 in 100 of them are no longer taken for statements, and 9 in 10
# statements still are.
_THRESHOLD = -0.5
# The same for those who seek a role: questions of the guides name roles and oneself, too. On the tuning
# part of the golden set, lower takes more questions wrongly, and from 0.4 on more who seek are missed.
_SEEKING = 0.3
# Frames that each example of a facet is put into, and how far apart they are picked.
_FRAMES_EACH = 2
_STEP = 7


class Manner:
    """Tells statements about oneself, and wishes for a role, from questions."""

    def __init__(
        self, wording: Wording, statements: Iterable[str], seeking: Iterable[str], questions: Sequence[str]
    ) -> None:
        """Learn from statements and wishes, to be read by this wording, and from questions that have been."""
        self._wording = wording
        told, sought = [*map(wording.read, statements)], [*map(wording.read, seeking)]
        self._phrasing = Phrasing(told, questions)
        self._seeking = Phrasing(sought, [*questions, *told])

    @classmethod
    def load(cls, wording: Wording, roles: Roles, questions: Sequence[str]) -> Self:
        """Take the project's statements, and what the roles' facets have as examples, against questions."""
        data = yaml.safe_load(_PROMPT.read_text(encoding="utf-8"))
        statements = (*data["statements"], *_framed(roles, data["frames"]))
        return cls(wording, statements, data["seeking"], questions)

    def tells(self, text: str) -> bool:
        """Whether a message tells something rather than asks something."""
        return self._phrasing.lean(self._wording.read(text)) > _THRESHOLD

    def seeks_role(self, text: str) -> bool:
        """Whether a message wants to hear which role suits its writer."""
        return self._seeking.lean(self._wording.read(text)) > _SEEKING


def _framed(roles: Roles, frames: Sequence[str]) -> Iterator[str]:
    examples = [example for role in roles for facet in role.facets for example in facet.examples]
    for number, example in enumerate(examples):
        for each in range(_FRAMES_EACH):
            yield frames[(number + each * _STEP) % len(frames)].format(example)
