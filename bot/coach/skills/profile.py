"""Shows a person what is known of them, and corrects or deletes it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach.citing import Citing
from bot.coach.clauses import Polarity
from bot.coach.facts import Learner, concerning
from bot.coach.fit import Evidence, is_enough, rank
from bot.coach.intents import Intents
from bot.coach.skills.roles import SuggestRoles
from bot.coach.suggestion import in_favour
from bot.memory.conversations import Turn
from bot.memory.profiles import Fact, Profiles
from bot.reply import Choice, Message, Reply
from knowledge.roles import Roles
from retrieval.rewrite import Exchange
from retrieval.sections import Sections

_HEADINGS: dict[Polarity, str] = {
    "likes": "You like",
    "dislikes": "You would rather not",
    "has": "You bring",
    "lacks": "You don't have",
}
_NOTHING_KNOWN = (
    "I know nothing about you yet. Tell me what you like, what you would rather not do and what you "
    "have worked with, or try `/roles`."
)
_ELSEWHERE = "What you tell me in a direct message stays there and is not listed here."
_FORGOTTEN = (
    "Done: I have forgotten all you told me about yourself. Our conversations are still there; "
    "`/privacy delete` deletes everything."
)
_NOT_FOUND = "I don't remember anything like that. `/profile` shows what I do remember."
_NOTHING_NOTED = (
    "Thanks for telling me, though I see nothing in it that speaks for one role or another. What do you "
    "like, what would you rather not do, and what have you worked with?"
)
_SUGGESTED = ("Which role suits me?", "/profile")


class ShowProfile:
    """The skill of knowing a person: says what was noted, shows it, mends it."""

    def __init__(  # noqa: PLR0913, PLR0917 - it is handed every part
        self,
        profiles: Profiles,
        learner: Learner,
        intents: Intents,
        roles: Roles,
        sections: Sections,
        suggest: SuggestRoles,
    ) -> None:
        """Keep to these profiles; what is told during a guided conversation goes on with it."""
        self._profiles = profiles
        self._learner = learner
        self._intents = intents
        self._roles = roles
        self._sections = sections
        self._suggest = suggest

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Carry out a wish about the profile, or say what was noted."""
        _ = turns
        match message.text.split(maxsplit=3):
            case ["/profile", "remove", number, *_] if number.isdecimal():
                return await self._remove(message, [int(number)])
            case ["/profile", "correct", number, *words] if number.isdecimal():
                return await self._correct(message, int(number), " ".join(words))
            case ["/profile", "forget", *_]:
                return await self._forget_all(message)
            case ["/profile", *_]:
                return await self._show(message)
            case _:
                return await self._in_own_words(message)

    async def _in_own_words(self, message: Message) -> Reply:
        if self._intents.forgets_all(message.text):
            return await self._forget_all(message)
        if self._intents.takes_back_last(message.text) and not await self._learner.read(message.text):
            return await self._remove_last(message)
        if what := self._intents.takes_back(message.text):
            facts = await self._profiles.facts(message.user, private=message.private)
            return await self._remove(message, [fact.id for fact in concerning(facts, what)])
        if self._intents.shows_profile(message.text):
            return await self._show(message)
        said = await self._learner.read(message.text)
        return await self._suggest.go_on(message) or await self._noted(said)

    async def _noted(self, said: Sequence[Evidence]) -> Reply:
        """Say what was noted, and which role it speaks for."""
        if not said:
            return Reply("profile", _NOTHING_NOTED, suggestions=_SUGGESTED)
        words = dict.fromkeys(each.clause.words for each in said)
        noted = "Noted: " + "; ".join(f"“{one}”" for one in words) + "."
        ranking = rank(self._roles, said)
        citing = Citing()
        points, exchange = "", None
        if is_enough(ranking):
            role = ranking[0].role.title
            exchange = Exchange(f"What does {role} do?", role)
            guides = {facet.guide_id for facet in ranking[0].role.facets}
            backed = in_favour(ranking[0], await self._sections.read(guides))
            if found := next(backed, None):
                reason, chunk = found
                says = citing.marked(reason.facet.says, chunk)
                points = f" That speaks for {ranking[0].role.title}: {says}"
        text = f"{noted}{points}\n\n`/profile` shows all I remember, and there you can take it back."
        return Reply("profile", text, citing.citations, _SUGGESTED, exchange)

    async def _show(self, message: Message) -> Reply:
        facts = await self._profiles.facts(message.user, private=message.private)
        lines = [_NOTHING_KNOWN] if not facts else []
        for polarity, heading in _HEADINGS.items():
            if of_kind := [fact for fact in facts if fact.clause.polarity == polarity]:
                lines += [f"**{heading}**", "", *map(_line, of_kind), ""]
        if facts:
            lines.append(
                "`/profile remove 1` and `/profile correct 1 …` mend a fact by its number; "
                "`/profile forget` deletes all."
            )
        if not message.private:
            lines += ["", _ELSEWHERE]
        choices = tuple(choice for fact in facts for choice in _mending(fact))
        return Reply("profile", "\n".join(lines), choices=choices, private=True)

    async def _remove(self, message: Message, ids: Sequence[int]) -> Reply:
        """Delete facts that may be seen here."""
        facts = await self._profiles.facts(message.user, private=message.private)
        gone = [fact for fact in facts if fact.id in ids]
        if not gone:
            return Reply("profile", _NOT_FOUND, private=True)
        await self._profiles.remove(message.user, [fact.id for fact in gone])
        words = "; ".join(f"“{fact.clause.words}”" for fact in gone)
        return Reply("profile", f"Forgotten: {words}.", suggestions=_SUGGESTED, private=True)

    async def _remove_last(self, message: Message) -> Reply:
        """Delete what was said last, all that one message told."""
        facts = await self._profiles.facts(message.user, private=message.private)
        latest = max((fact.said_at for fact in facts), default=None)
        return await self._remove(message, [fact.id for fact in facts if fact.said_at == latest])

    async def _correct(self, message: Message, number: int, words: str) -> Reply:
        facts = await self._profiles.facts(message.user, private=message.private)
        fact = next((fact for fact in facts if fact.id == number), None)
        if fact is None:
            return Reply("profile", _NOT_FOUND, private=True)
        if not words:
            text = f"How should “{fact.clause.words}” read? Send `/profile correct {number}` and your words."
            return Reply("profile", text, private=True)
        said = await self._learner.read(words)
        if not said:
            text = "I can't tell what that says about you. Try a sentence such as “I like dashboards”."
            return Reply("profile", text, private=True)
        clauses = [each.clause for each in said]
        await self._profiles.learn(message.user, clauses, private=fact.private, instead_of=[fact.id])
        return Reply("profile", f"Corrected: “{words}”.", suggestions=_SUGGESTED, private=True)

    async def _forget_all(self, message: Message) -> Reply:
        await self._profiles.forget(message.user)
        return Reply("profile", _FORGOTTEN, private=True)


def _line(fact: Fact) -> str:
    return f"- {fact.id}: “{fact.clause.words}” ({fact.said_at:%-d %B %Y})"


def _mending(fact: Fact) -> tuple[Choice, Choice]:
    words = fact.clause.words
    return (
        Choice(f"Remove “{words}”", f"/profile remove {fact.id}"),
        Choice(f"Correct “{words}”", f"/profile correct {fact.id}"),
    )
