"""Which skill answers a message: what is settled by rules, else what it is put most like.

Rules settle what is right by definition: commands, despair, privacy, what becomes of the profile,
small talk of stock phrases, picks of what was offered. Everything else is decided by examples
(`bot/coach/manner.py`), as far as the skill finds in the message what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from bot.coach.manner import Manner, Put
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Turn, last_exchange
from bot.reply import Reply
from knowledge.roles import Role, Roles, load_comparable
from knowledge.yamls import read_yaml
from retrieval.cues import load_cues
from retrieval.picking import numbered, picked
from retrieval.prompts import PROMPTS
from retrieval.rewrite import Exchange
from retrieval.wording import Wording, content_words

Intent = Literal[
    "smalltalk", "ask", "sources", "roles", "compare", "gap", "map", "profile", "privacy", "care"
]

_COMPARED = 2
# After these the talk is of the person.
_PERSONAL = frozenset({"roles", "profile"})
# After these, what tells nothing worth keeping goes on about them: “no, I meant infra”.
_ANSWERS = frozenset({"answer", "refusal", "comparison"})
# “Yes” picks what was offered, where something was; “ok” only takes note.
_AGREES = re.compile(r"^(?:yes|yeah|yep|yup|sure|yes please|go ahead)[\s.!]*$", re.IGNORECASE)
# Words of a bare topic, such as “maths”.
_TOPIC = 2
# What is said of an answer and of nothing else.
_GOING_ON = ("more", "less", "next", "why", "correction")
_ONESELF = re.compile(r"\b(?:i|i'?m|i'?ve|i'?d|i'?ll|me|my|mine|myself|we|our|us|gap)\b", re.IGNORECASE)
# “Which job suits someone who loves maths” is asked of the guides.
_OTHERS = re.compile(
    r"\b(?:someone|somebody|anyone|anybody|people|those|whoever|(?:a|the) person)\b", re.IGNORECASE
)
# Words of a message in which short names of roles can mean nothing else.
_SHORT = 14
# Leans run from -1 to 1. A question that goes astray costs more than a wish that the guides answer, so
# asking is preferred by this much;
_ASKING = 0.1
# and by this much where the talk is of what the guides say;
_TALKING = 0.5
# a message that tells something worth keeping, and has no question in it, leans so much more to telling,
_TOLD = 0.2
# and after a question about oneself still more.
_REPLYING = 1.0
# What is put like nothing in particular is asked of the guides, which say when they don't cover it.
_SURE = 0.2
# What leans so much more to asking than to telling asks, though not by its form.
_CLEARLY = 0.5

_COMMANDS: dict[str, Intent] = {
    "/roles": "roles",
    "/compare": "compare",
    "/profile": "profile",
    "/gap": "gap",
    "/privacy": "privacy",
}
COMMANDS = tuple(_COMMANDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as it is read: its text, the same with short forms written out, and how it is put."""

    text: str
    plain: str
    put: Put

    @property
    def asks(self) -> bool:
        """Whether it asks something, rather than answers a question of ours."""
        leans = self.put.leans
        return self.put.asks or leans["ask"] - leans["profile"] > _CLEARLY

    @property
    def of_oneself(self) -> bool:
        """Whether it speaks of its writer."""
        return _ONESELF.search(self.plain) is not None


class Intents:
    """Names the skill for a message."""

    def __init__(self, smalltalk: SmallTalk, wording: Wording, roles: Roles, manner: Manner) -> None:
        """Read messages by this wording; know the roles, and what else can be set beside them."""
        self._smalltalk = smalltalk
        self._manner = manner
        self._wording = wording
        self._comparable = load_comparable(roles, short=False)
        self._by_any_name = load_comparable(roles, short=True)
        self._patterns = _load()
        self._cues = load_cues()

    async def read(self, text: str) -> Reading:
        """Read a message, as `of` needs it."""
        put = await self._manner.put(text)
        return Reading(text, _straight(put.read), put)

    def of(self, reading: Reading, *, learnt: bool = False, turns: Sequence[Turn] = ()) -> Intent:
        """Name the skill that answers a message.

        `learnt` says whether it tells something of the person that is worth keeping.
        """
        return self._settled(reading, turns) or self._likeliest(reading, learnt=learnt, turns=turns)

    def _settled(  # noqa: PLR0911 - one rule after another, the first that holds
        self, reading: Reading, turns: Sequence[Turn]
    ) -> Intent | None:
        """Name the skill where it is plain by definition."""
        text, plain = reading.text, reading.plain
        if command := _COMMANDS.get(text.split(maxsplit=1)[0].lower()) if text.strip() else None:
            return command
        if self.despairs(text):
            return "care"
        if turns and (reaction := self._reaction(reading, turns[-1].reply)):
            return reaction
        if self._has("privacy", plain):
            return "privacy"
        if self.shows_profile(text) or self.is_about_facts(text):
            return "profile"
        if self._smalltalk.understands(text):
            return "smalltalk"
        if self._sets_one_beside(reading, turns):
            return "compare"
        return self._continuation(reading, turns)

    def _reaction(self, reading: Reading, reply: Reply) -> Intent | None:
        """Name the skill for what takes up what a reply offered, or doubts what it said."""
        if _picks(reading.text, reply):
            return "ask"
        return "sources" if reply.citations and self._has("asks_source", reading.plain) else None

    def _continuation(self, reading: Reading, turns: Sequence[Turn]) -> Intent | None:
        """Name the skill for what goes on about a suggestion, or about an answer."""
        if any(turn.reply.kind == "roles" for turn in turns):
            if self.doubted(reading.text):
                return "roles"
            if self._has("asks_what_is_missing", reading.plain):
                return "gap"
        exchange = turns[-1].reply.exchange if turns else None
        goes_on = (
            self._goes_on(reading.plain, exchange) if exchange else self._cues["more"].match(reading.plain)
        )
        return "ask" if goes_on else None

    def _likeliest(self, reading: Reading, *, learnt: bool, turns: Sequence[Turn]) -> Intent:
        """Name the skill whose examples a message is put like, if it has what that skill needs."""
        leans = dict(reading.put.leans)
        leans["ask"] += _TALKING if _is_on_the_guides(turns) else _ASKING
        # Small talk is told as surely as a question.
        leans["smalltalk"] += _ASKING
        if learnt and not reading.put.asks:
            leans["profile"] += _REPLYING if _is_personal(turns) else _TOLD
        intent = cast("Intent", max(leans, key=leans.__getitem__))
        return intent if self._has_what_it_needs(intent, reading, learnt=learnt, turns=turns) else "ask"

    def _has_what_it_needs(
        self, intent: Intent, reading: Reading, *, learnt: bool, turns: Sequence[Turn]
    ) -> bool:
        """Whether a skill finds in a message what it is about; to the guides any question may be put."""
        match intent:
            case "profile":
                lean = reading.put.leans["profile"]
                tells = lean > (_CLEARLY if _names_a_topic(reading.text, turns) else _SURE)
                return not reading.put.asks and (learnt or tells)
            case "smalltalk":
                # A question goes to the guides, which say what they don't cover, unless it is plainly none.
                return reading.put.leans["smalltalk"] > (_CLEARLY if reading.put.asks else 0)
            case "compare":
                return reading.put.leans["compare"] > _SURE and self._compares(reading)
            case "gap":
                return reading.of_oneself and bool(self._by_any_name.named(reading.text))
            case "roles":
                of_oneself = reading.of_oneself and reading.put.leans["roles"] > 0
                return learnt or of_oneself or _is_personal(turns) or self._seeks(reading, turns)
            case _:
                return True

    def _seeks(self, reading: Reading, turns: Sequence[Turn]) -> bool:
        """Whether somebody who says nothing of themselves seeks a role: “which one fails more” does not."""
        if _is_on_the_guides(turns):
            return self._cues["seeks_role"].search(reading.plain) is not None
        if _OTHERS.search(reading.plain):
            return False
        return reading.put.leans["roles"] > _SURE or len(content_words(reading.plain)) <= _TOPIC

    def tells(self, text: str) -> bool:
        """Whether what a text tells of the person is meant to be known."""
        if self.takes_back_last(text):
            return True
        return not (text.startswith("/") or self.is_about_facts(text) or self.despairs(text))

    def is_about_facts(self, text: str) -> bool:
        """Whether a text wants something forgotten."""
        return self.takes_back_last(text) or bool(self.takes_back(text)) or self.forgets_all(text)

    def shows_profile(self, text: str) -> bool:
        """Whether a person wants to see what is known of them."""
        return self._has("shows_profile", _straight(text))

    def doubted(self, text: str) -> Role | None:
        """Return the role of which a text asks why it is not suggested, or is."""
        named = self._by_any_name.named(text)
        doubts = self._has("doubts", self._by_any_name.replace_all(_straight(text), "ROLE"))
        return named[0] if doubts and len(named) == 1 else None

    def despairs(self, text: str) -> bool:
        """Whether the life of whoever writes this may be in danger."""
        return self._has("despairs", _straight(text))

    def takes_back(self, text: str) -> str | None:
        """Return what a person wants forgotten of them, or None."""
        if self.takes_back_last(text):
            return None
        found = self._search("takes_back", _straight(text))
        return found["what"] if found else None

    def takes_back_last(self, text: str) -> bool:
        """Whether a person takes back what they said last."""
        return self._has("takes_back_last", _straight(text))

    def forgets_all(self, text: str) -> bool:
        """Whether a person wants all forgotten that is known of them."""
        return self._has("forgets_all", _straight(text))

    def compared(self, text: str, turns: Sequence[Turn] = ()) -> tuple[Role, ...]:
        """Return what a message sets side by side; short names count where little else is said.

        “Vs data scientist?” sets beside it the role that was spoken of.
        """
        return self._beside_the_last(text, self._named(text, self._wording.read(text)), turns)

    def _beside_the_last(self, text: str, named: tuple[Role, ...], turns: Sequence[Turn]) -> tuple[Role, ...]:
        if len(named) == 1 and self._has("compares_with_it", self._by_any_name.replace_all(text, "ROLE")):
            last = last_exchange(turns)
            spoken_of = self._comparable.named(last.subject) if last else ()
            if len(spoken_of) == 1 and spoken_of != named:
                return (*spoken_of, *named)
        return named

    def _goes_on(self, plain: str, exchange: Exchange) -> bool:
        """Whether a message is nothing without the reply before it: “tldr”, “the second one”."""
        return any(self._cues[name].match(plain) for name in _GOING_ON) or bool(
            exchange.points and picked(plain, exchange.points)
        )

    def _sets_one_beside(self, reading: Reading, turns: Sequence[Turn]) -> bool:
        """Whether a message sets one role beside the one spoken of, or beside what is none."""
        text, plain = reading.text, reading.plain
        named = self._named(text, plain)
        if len(named) != 1 or self._has("compares_no_roles", plain):
            return False
        if self._has("compares_one", self._by_any_name.replace_all(text, "ROLE")):
            return True
        return len(self._beside_the_last(text, named, turns)) == _COMPARED

    def _compares(self, reading: Reading) -> bool:
        """Whether there is something to set side by side, or to ask for, of which the guides say it."""
        several = len(self._named(reading.text, reading.plain)) >= _COMPARED
        unnamed = self._has("compares_unnamed", reading.plain)
        return (several or unnamed) and not self._has("compares_no_roles", reading.plain)

    def _named(self, text: str, plain: str) -> tuple[Role, ...]:
        by_any_name = text.startswith("/") or len(text.split()) <= _SHORT
        names = self._by_any_name if by_any_name else self._comparable
        # A misspelt name is one, too, where it is read as one.
        return max(names.named(text), names.named(plain), key=len)

    def _has(self, name: str, text: str) -> bool:
        return self._search(name, text) is not None

    def _search(self, name: str, text: str) -> re.Match[str] | None:
        return next((found for pattern in self._patterns[name] if (found := pattern.search(text))), None)


def _straight(text: str) -> str:
    return text.replace("’", "'")


def _is_personal(turns: Sequence[Turn]) -> bool:
    return any(turn.reply.kind in _PERSONAL for turn in turns[-1:])


def _is_on_the_guides(turns: Sequence[Turn]) -> bool:
    return any(turn.reply.kind in _ANSWERS for turn in turns[-1:])


def _names_a_topic(text: str, turns: Sequence[Turn]) -> bool:
    """Whether what tells nothing worth keeping goes on about an answer, or is no more than a word or two."""
    return _is_on_the_guides(turns) or len(text.split()) <= _TOPIC


def _picks(text: str, reply: Reply) -> bool:
    """Whether a text picks a question to the guides that a reply offered."""
    if reply.kind not in {"answer", "refusal"}:
        return False
    by_number = numbered(text) is not None
    return text in reply.suggestions or bool(reply.suggestions and (by_number or _AGREES.match(text)))


def _load() -> dict[str, list[re.Pattern[str]]]:
    data: dict[str, list[str]] = read_yaml(PROMPTS / "intents.yaml")
    flags = re.IGNORECASE | re.DOTALL
    return {name: [re.compile(each, flags) for each in patterns] for name, patterns in data.items()}
