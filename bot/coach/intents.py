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
from bot.reply import Reply
from knowledge.roles import Role, Roles, load_comparable
from retrieval.wording import Wording

_PROMPT = Path(__file__).parents[2] / "prompts" / "intents.yaml"

Intent = Literal[
    "smalltalk", "ask", "sources", "roles", "compare", "gap", "map", "profile", "privacy", "care"
]

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_COMPARED = 2
# After these the talk is of the person.
_PERSONAL = frozenset({"roles", "profile"})
# “Ok” picks what was offered, where something was.
_AGREES = re.compile(r"^(?:ok(?:ay)?|k|yes|yeah|yep|sure)[\s.!]*$", re.IGNORECASE)
# Words of a message in which short names of roles can mean nothing else.
_SHORT = 14
# Sentences so long may ask without a question mark.
_ASKING = 20

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

    def of(self, text: str, *, learnt: bool = False, turns: Sequence[Turn] = ()) -> Intent:
        """Name the skill that answers this text.

        `learnt` says whether the text tells something of the person that is worth keeping.
        """
        if command := _COMMANDS.get(text.split(maxsplit=1)[0].lower()) if text.strip() else None:
            return command
        if self.despairs(text):
            return "care"
        if turns and _picks(text, turns[-1].reply):
            return "ask"
        read = self._read(text)
        if turns and turns[-1].reply.citations and self._has("asks_source", read):
            return "sources"
        if wish := self._wish(text, read, turns):
            return wish
        return "profile" if learnt and self._states(text, read, turns) else "ask"

    def _wish(  # noqa: PLR0911 - one rule after another, the first that holds
        self, text: str, read: str, turns: Sequence[Turn]
    ) -> Intent | None:
        """Name the skill that a text wishes for, unless it is a plain question or a statement."""
        if self._has("privacy", read):
            return "privacy"
        if self._has("shows_profile", read) or self.is_about_facts(text):
            return "profile"
        if self._smalltalk.understands(text):
            return "smalltalk"
        if self._compares(text, read, turns):
            return "compare"
        if self._has("gap", read) and self._by_any_name.named(text):
            return "gap"
        if self.mapped(text):
            return "map"
        suggested = any(turn.reply.kind == "roles" for turn in turns)
        if (suggested and self.doubted(text)) or self._seeks_role(text, read):
            return "roles"
        return None

    def tells(self, text: str) -> bool:
        """Whether what a text tells of the person is meant to be known."""
        if self.takes_back_last(text):
            return True
        return not (text.startswith("/") or self.is_about_facts(text) or self.despairs(text))

    def is_about_facts(self, text: str) -> bool:
        """Whether a text wants something forgotten."""
        return self.takes_back_last(text) or bool(self.takes_back(text)) or self.forgets_all(text)

    def doubted(self, text: str) -> Role | None:
        """Return the role of which a text asks why it is not suggested, or is."""
        named = self._by_any_name.named(text)
        doubts = self._has("doubts", self._by_any_name.replace_all(text.replace("’", "'"), "ROLE"))
        return named[0] if doubts and len(named) == 1 else None

    def mapped(self, text: str) -> str | None:
        """Return the skill or experience of which a text asks where it leads, or None."""
        found = self._search("maps", text.replace("’", "'"))
        return found["what"] if found else None

    def despairs(self, text: str) -> bool:
        """Whether the life of whoever writes this may be in danger."""
        return self._has("despairs", text.replace("’", "'"))

    def takes_back(self, text: str) -> str | None:
        """Return what a person wants forgotten of them, or None."""
        if self.takes_back_last(text):
            return None
        found = self._search("takes_back", text.replace("’", "'"))
        return found["what"] if found else None

    def takes_back_last(self, text: str) -> bool:
        """Whether a person takes back what they said last."""
        return self._has("takes_back_last", text.replace("’", "'"))

    def forgets_all(self, text: str) -> bool:
        """Whether a person wants all forgotten that is known of them."""
        return self._has("forgets_all", text.replace("’", "'"))

    def _compares(self, text: str, read: str, turns: Sequence[Turn]) -> bool:
        named = self.compared(text, turns)
        if not named or self._has("compares_no_roles", read):
            return False
        if len(named) < _COMPARED:
            return self._has("compares_one", self._by_any_name.replace_all(text, "ROLE"))
        # In a long story somebody may be comparing anything.
        asking = [each for each in _SENTENCE_END.split(text) if "?" in each or len(each.split()) <= _ASKING]
        return any(self._has("compares", each) for each in asking)

    def compared(self, text: str, turns: Sequence[Turn] = ()) -> tuple[Role, ...]:
        """Return what a message sets side by side; short names count where little else is said.

        “Vs data scientist?” sets beside it the role that was spoken of.
        """
        named = self._named(text)
        if len(named) == 1 and self._has("compares_with_it", self._by_any_name.replace_all(text, "ROLE")):
            last = next((turn.reply.exchange for turn in reversed(turns) if turn.reply.exchange), None)
            spoken_of = self._comparable.named(last.subject) if last else ()
            if len(spoken_of) == 1 and spoken_of != named:
                return (*spoken_of, *named)
        return named

    def _named(self, text: str) -> tuple[Role, ...]:
        by_any_name = text.startswith("/") or len(text.split()) <= _SHORT
        names = self._by_any_name if by_any_name else self._comparable
        # A misspelt name is one, too, where it is read as one.
        return max(names.named(text), names.named(self._wording.read(text)), key=len)

    def _seeks_role(self, text: str, read: str) -> bool:
        if self._has("seeks_no_role", read):
            return False
        return self._has("seeks_role", read) or self._manner.seeks_role(text)

    def _states(self, text: str, read: str, turns: Sequence[Turn]) -> bool:
        """Whether a message asks nothing."""
        # To a question about oneself whatever tells something is the reply.
        questioned = bool(turns) and turns[-1].reply.kind in _PERSONAL
        return not self._asks(read) and (questioned or self._manner.tells(text))

    def asks(self, text: str) -> bool:
        """Whether a message asks something, rather than answers a question of ours."""
        return self._asks(self._read(text))

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


def _picks(text: str, reply: Reply) -> bool:
    """Whether a text picks a question to the guides that a reply offered."""
    if reply.kind not in {"answer", "refusal"}:
        return False
    return text in reply.suggestions or bool(reply.suggestions and _AGREES.match(text))


def _load(path: Path) -> dict[str, list[re.Pattern[str]]]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    role = data.pop("role_words")
    return {name: list(_compiled(patterns, role)) for name, patterns in data.items()}


def _compiled(patterns: Iterable[str], role: str) -> Iterable[re.Pattern[str]]:
    return (re.compile(pattern.replace("{role}", role), re.IGNORECASE | re.DOTALL) for pattern in patterns)
