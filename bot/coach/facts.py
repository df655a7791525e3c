"""What is worth remembering of what a person says, and what a new fact takes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.coach.clauses import Clause, about, clauses, correction, timeless
from bot.coach.fit import Evidence
from bot.memory.profiles import Fact, Profiles
from bot.reply import Message
from retrieval.facets import Facets
from retrieval.wording import content_words

# What speaks for every role more faintly than this is no more than anybody's story.
_CLEAR = 0.3
# What matters for the way into a role though it speaks for none: time, years, background.
_BACKGROUND = re.compile(
    r"\b(?:hours?|hrs?|h) (?:a|per|each|every) week\b|\bweekly\b|\bevenings?\b|\bweekends?\b"
    r"|\d (?:a|per) week\b"
    r"|\b\d+ (?:years?|yrs?)\b|\b(?:years?|yrs?) (?:of|in|at|as|with)\b|\bfor (?:\w+ )?\w+ (?:years?|yrs?)\b"
    r"|\b(?:background|industry|sector|studied|degree|bachelor\w*|master'?s|ph\.?d|bootcamp|diploma|graduate\w*"
    r"|uni|university|school|self[- ]taught|(?:managed|led) (?:a |the )?teams?)\b"
    r"|\b(?:work|worked|working|job) (?:in|at|for|as)\b"
    r"|\b(?:developer|dev|engineer|programmer|tester|analyst|administrator|consultant|designer|teacher|nurse"
    r"|accountant)\b"
    r"|\b(?:finance|bank\w*|insurance|healthcare|hospital|medicine|medical|logistics|education|gaming|telecoms?"
    r"|manufacturing|automotive|energy|government)\b",
    re.IGNORECASE,
)
# “R” and “AWS” are no plurals.
_SHORTEST_PLURAL = 3
_DIGITS = re.compile(r"\d+")
_POSITIVE = frozenset({"likes", "has"})


class Learner:
    """Listens for facts and keeps them."""

    def __init__(self, facets: Facets, profiles: Profiles) -> None:
        """Take as facts what speaks of these facets, or of a background."""
        self._facets = facets
        self._profiles = profiles

    async def read(self, text: str) -> tuple[Evidence, ...]:
        """Return the claims in a text that are worth remembering, with what they speak of."""
        # What puts another claim right is worth it, however little it says alone.
        return await (self.weigh if correction(text) else self.keepable)(clauses(text))

    async def keepable(self, claims: Sequence[Clause]) -> tuple[Evidence, ...]:
        """Return those of the claims that are worth remembering, with what they speak of."""
        weighed = await self.weigh(claims)
        return tuple(claim for claim in weighed if is_worth_keeping(claim))

    async def weigh(self, claims: Sequence[Clause]) -> tuple[Evidence, ...]:
        """Find what claims speak of; how long and how often speaks of nothing."""
        found = await self._facets.matches([timeless(claim.topic) for claim in claims])
        return tuple(Evidence(claim, matches) for claim, matches in zip(claims, found, strict=True))

    async def known(self, message: Message) -> tuple[Evidence, ...]:
        """Return all that may be used of what a person ever said, where this message was said."""
        facts = await self._profiles.facts(message.user, private=message.private)
        return await self.weigh([fact.clause for fact in facts])

    async def learn(self, message: Message, said: Sequence[Evidence]) -> None:
        """Keep what was said; a later word on a subject replaces an earlier one, a correction mends it.

        What was said in private is not touched from a public place, where it is not known.
        """
        if not said:
            return
        known = await self._profiles.facts(message.user, private=message.private)
        mended = {fact.id: clause for fact in known if (clause := _mended(fact.clause, message.text))}
        told = _put_right([each.clause for each in said], message.text)
        new = list(mended.values()) or [
            clause for clause in told if not any(_says_more(fact.clause, clause) for fact in known)
        ]
        replaced = set(mended) | {
            fact.id for fact in known if any(replaces(clause, fact.clause) for clause in new)
        }
        await self._profiles.learn(message.user, new, private=message.private, instead_of=replaced)


def _mended(clause: Clause, text: str) -> Clause | None:
    """A claim as a text such as “no wait, 4 years not 6” puts it right, if it does."""
    if not (found := correction(text)):
        return None
    right, wrong = found
    # “4 years not 6” speaks of “6 years”, and of no other 6.
    unit = right.split()[len(wrong.split()) :]
    whole = " ".join((wrong, *unit))
    for old in (whole, wrong) if not _DIGITS.search(wrong) else (whole,):
        pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
        if pattern.search(clause.topic):
            words, topic = (pattern.sub(lambda _: right, each) for each in (clause.words, clause.topic))
            return replace(clause, words=words, topic=topic)
    return None


def _put_right(told: Sequence[Clause], text: str) -> list[Clause]:
    """Take the claims of one text, of which the last may mend an earlier one: “6 years, no, 4 not 6”."""
    mended = {clause: better for clause in told if (better := _mended(clause, text))}
    right, _ = (mended and correction(text)) or ("", "")
    return [mended.get(clause, clause) for clause in told if clause.topic != right]


def _says_more(old: Clause, new: Clause) -> bool:
    """Whether an earlier claim says all that a new one says, and more."""
    return old.polarity == new.polarity and subject(old.topic) > subject(new.topic)


def replaces(new: Clause, old: Clause) -> bool:
    """Whether a claim takes an earlier one back, or says the same again."""
    ours, theirs = subject(new.topic), subject(old.topic)
    if not ours or not theirs:
        return False
    if new.polarity == old.polarity:
        return ours >= theirs
    opposed = (new.polarity in _POSITIVE) != (old.polarity in _POSITIVE)
    return opposed and (ours >= theirs or ours <= theirs)


def concerning(facts: Sequence[Fact], text: str) -> tuple[Fact, ...]:
    """Return the facts that a text such as “that I know Java” is about."""
    wanted = subject(text)
    return tuple(fact for fact in facts if wanted and wanted <= subject(fact.clause.words))


def subject(topic: str) -> frozenset[str]:
    """The words that say what a claim is about, without number; how long counts only where all is time."""
    words = content_words(about(timeless(topic))) or content_words(_DIGITS.sub(" ", about(topic)))
    return frozenset(word.rstrip("s") if len(word) > _SHORTEST_PLURAL else word for word in words)


def is_worth_keeping(claim: Evidence) -> bool:
    """Whether a claim speaks clearly of what matters for a role, or of a background."""
    return claim.clearness >= _CLEAR or bool(_BACKGROUND.search(claim.clause.topic))
