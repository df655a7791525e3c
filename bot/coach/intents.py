"""Which skill answers a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.coach.manner import Manner
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Turn
from knowledge.roles import Role, Roles, load_comparable
from retrieval.wording import Wording

_PROMPT = Path(__file__).parents[2] / "prompts" / "intents.yaml"

Intent = Literal["smalltalk", "ask", "roles", "compare", "gap", "profile", "privacy", "care"]

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_COMPARED = 2
# After these the talk is of the person.
_PERSONAL = frozenset({"roles", "profile"})
# Words of a message in which short names of roles can mean nothing else.
_SHORT = 14

_COMMANDS: dict[str, Intent] = {
    "/roles": "roles",
    "/compare": "compare",
    "/profile": "profile",
    "/gap": "gap",
    "/privacy": "privacy",
}
COMMANDS = tuple(_COMMANDS)


class Intents:
    """Names the skill for a message."""

    def __init__(self, smalltalk: SmallTalk, wording: Wording, roles: Roles, manner: Manner) -> None:
        """Read messages by this wording; know the roles, and what else can be set beside them."""
        self._smalltalk = smalltalk
        self._manner = manner
        self._wording = wording
        self._comparable = load_comparable(roles, short=False)
        self._by_any_name = load_comparable(roles, short=True)
        self._patterns = _load(_PROMPT)

    def of(  # noqa: PLR0911 - one rule after another, the first that holds
        self, text: str, *, learnt: bool = False, turns: Sequence[Turn] = ()
    ) -> Intent:
        """Name the skill that answers this text.

        `learnt` says whether the text tells something of the person that is worth keeping.
        """
        if command := _COMMANDS.get(text.split(maxsplit=1)[0].lower()) if text.strip() else None:
            return command
        if self.despairs(text):
            return "care"
        # What was offered as a question to the guides is one.
        if turns and turns[-1].reply.kind in {"answer", "refusal"} and text in turns[-1].reply.suggestions:
            return "ask"
        read = self._read(text)
        if self._has("privacy", read):
            return "privacy"
        if self._has("shows_profile", read) or self.takes_back(text) or self.forgets_all(text):
            return "profile"
        if self._smalltalk.understands(text):
            return "smalltalk"
        if self._compares(text, read):
            return "compare"
        if self._has("gap", read) and self._by_any_name.named(text):
            return "gap"
        if self._has("seeks_role", read) and not self._has("seeks_no_role", read):
            return "roles"
        return "profile" if learnt and self._states(text, read, turns) else "ask"

    def tells(self, text: str) -> bool:
        """Whether what a text tells of the person is meant to be known."""
        return not (
            text.startswith("/") or self.takes_back(text) or self.forgets_all(text) or self.despairs(text)
        )

    def despairs(self, text: str) -> bool:
        """Whether the life of whoever writes this may be in danger."""
        return self._has("despairs", text.replace("’", "'"))

    def takes_back(self, text: str) -> str | None:
        """Return what a person wants forgotten of them, or None."""
        found = self._search("takes_back", text.replace("’", "'"))
        return found["what"] if found else None

    def forgets_all(self, text: str) -> bool:
        """Whether a person wants all forgotten that is known of them."""
        return self._has("forgets_all", text.replace("’", "'"))

    def _compares(self, text: str, read: str) -> bool:
        if len(self.compared(text)) < _COMPARED or self._has("compares_no_roles", read):
            return False
        # In a long story somebody may be comparing anything.
        asking = [each for each in _SENTENCE_END.split(text) if "?" in each or len(each.split()) <= _SHORT]
        return any(self._has("compares", each) for each in asking)

    def compared(self, text: str) -> tuple[Role, ...]:
        """Return what a message sets side by side; short names count where little else is said."""
        by_any_name = text.startswith("/") or len(text.split()) <= _SHORT
        return (self._by_any_name if by_any_name else self._comparable).named(text)

    def _states(self, text: str, read: str, turns: Sequence[Turn]) -> bool:
        """Whether a message asks nothing."""
        # To a question about oneself whatever tells something is the reply.
        questioned = bool(turns) and turns[-1].reply.kind in _PERSONAL
        return not self._asks(read) and (questioned or self._manner.tells(text))

    def _asks(self, text: str) -> bool:
        return "?" in text or any(
            self._has("wants_answer", sentence.strip()) for sentence in _SENTENCE_END.split(text)
        )

    def _read(self, text: str) -> str:
        return self._wording.read(text.replace("’", "'")).replace("I am", "i'm")

    def _has(self, name: str, text: str) -> bool:
        return self._search(name, text) is not None

    def _search(self, name: str, text: str) -> re.Match[str] | None:
        return next((found for pattern in self._patterns[name] if (found := pattern.search(text))), None)


def _load(path: Path) -> dict[str, list[re.Pattern[str]]]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    role = data.pop("role_words")
    return {name: list(_compiled(patterns, role)) for name, patterns in data.items()}


def _compiled(patterns: Iterable[str], role: str) -> Iterable[re.Pattern[str]]:
    return (re.compile(pattern.replace("{role}", role), re.IGNORECASE | re.DOTALL) for pattern in patterns)
