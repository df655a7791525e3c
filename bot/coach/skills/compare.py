"""Sets roles side by side, and for whoever is known, what they have and would need."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.coach.chart import table_picture
from bot.coach.citing import Citing
from bot.coach.comparison import WORK, WORK_GUIDE, compare, compare_work
from bot.coach.facts import Learner
from bot.coach.fit import Standing, rank
from bot.coach.intents import Intents
from bot.memory.conversations import Turn
from bot.memory.gaps import Gaps
from bot.reply import Choice, Message, Reply
from knowledge.roles import Role, Roles
from retrieval.rewrite import Exchange
from retrieval.sections import Sections

_FEWEST, _MOST = 2, 3
_WHICH = (
    "Which two shall I set side by side? Write for example `/compare data scientist, research scientist`."
)
_ONLY = "Of what you name, my guides describe only {}. What shall I set beside it?"
_NOT_DESCRIBED = (
    "The guides I work from describe only {} of what you want to set side by side, so I'd rather not guess."
)
_GONE = "The guides I work from don't describe these any more, so I have nothing to set side by side."


class CompareRoles:
    """The skill of comparing."""

    def __init__(
        self, roles: Roles, learner: Learner, intents: Intents, sections: Sections, gaps: Gaps
    ) -> None:
        """Compare these roles by their guides' sections; what they don't describe is a gap."""
        self._roles = roles
        self._learner = learner
        self._intents = intents
        self._sections = sections
        self._gaps = gaps

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Compare what the message names."""
        named = self._intents.compared(message.text, turns)[:_MOST]
        if len(named) < _FEWEST:
            return await self._one_sided(message, named)
        sections = await self._sections.read({WORK_GUIDE, *(role.id for role in self._roles)})
        citing = Citing()
        note = ""
        if {each.id for each in named} == WORK:
            comparison = compare_work(sections, citing)
        else:
            columns = self._as_roles(named)
            if len(columns) < _FEWEST:
                return self._asking(columns)
            note = _note(named, columns)
            comparison = compare(columns, sections, await self._standings(message), citing)
        if comparison is None or not citing.citations:
            return Reply("comparison", _GONE)
        picture = await asyncio.to_thread(table_picture, comparison)
        both = " and ".join(comparison.titles)
        return Reply(
            "comparison",
            f"{note}{comparison.text}",
            citing.citations,
            ("Which role suits me?", *(f"What skills does {each.with_article} need?" for each in named[:2])),
            Exchange(message.text, both, points=comparison.titles),
            pictures=(picture,),
        )

    def _as_roles(self, named: Sequence[Role]) -> tuple[Role, ...]:
        """Put the role that stands for a kind of work in its place, where one does."""
        meant = (self._roles.by_id(each.stands_for or "") or each for each in named)
        return tuple(dict.fromkeys(self._roles.by_id(each.id) or each for each in meant))

    async def _standings(self, message: Message) -> Mapping[str, Standing]:
        """How the roles stand for the person, or nothing if nothing is known."""
        known = await self._learner.known(message)
        return {standing.role.id: standing for standing in rank(self._roles, known)} if known else {}

    async def _one_sided(self, message: Message, named: Sequence[Role]) -> Reply:
        """Say that what stands on the other side is in no guide; a command just lacks it so far."""
        asking = self._asking(named)
        if message.text.startswith("/") or not named:
            return asking
        await self._gaps.add(message.user, message.text)
        title = named[0].title
        nearest = (f"What does {named[0].with_article} do?",)
        return replace(asking, kind="refusal", text=_NOT_DESCRIBED.format(title), suggestions=nearest)

    def _asking(self, named: Sequence[Role]) -> Reply:
        """Ask for what is missing, offering what can be compared."""
        first = named[0] if named else next(iter(self._roles))
        others = [role for role in self._roles if role.id != first.id]
        choices = tuple(
            Choice(f"{first.title} vs {role.title}", f"/compare {first.title}, {role.title}")
            for role in others
        )
        text = _ONLY.format(named[0].title) if named else _WHICH
        return Reply("comparison", text, choices=choices)


def _note(named: Sequence[Role], columns: Sequence[Role]) -> str:
    replaced = [each.title for each in named if each.stands_for]
    role = next((column.title for column in columns if column.id in {each.stands_for for each in named}), "")
    return f"I take {replaced[0]} as {role}, the nearest of the five roles.\n\n" if replaced else ""
