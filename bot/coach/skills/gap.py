"""Sorts what a role asks for into what a person has, can learn quickly and must think anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.coach.citing import Citing
from bot.coach.facts import Learner
from bot.coach.fit import Standing, rank
from bot.coach.suggestion import in_favour, quotable
from bot.memory.conversations import Turn, last_exchange
from bot.reply import Choice, Message, Reply
from knowledge.library import StoredChunk
from knowledge.roles import Facet, Roles, load_comparable
from retrieval.rewrite import Exchange
from retrieval.sections import SectionName, Sections

_ROADMAP = "roadmap-and-pitfalls"
_GROUPS = (_ROADMAP, "Three groups of skills")
_WHICH = "For which role? For example: “What's my gap for Data Scientist?”"
_UNHEARD = "Nothing you have told me yet. Tell me what you know and ask again."
_NONE = "Nothing that I know of."


class SkillGap:
    """The skill of saying what somebody still needs for a role."""

    def __init__(self, roles: Roles, learner: Learner, sections: Sections) -> None:
        """Sort the skills of these roles by what the learner knows."""
        self._roles = roles
        self._named = load_comparable(roles, short=True)
        self._learner = learner
        self._sections = sections

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Sort the skills of the role that the message names, or that was spoken of."""
        last = last_exchange(turns)
        named = self._named.named(message.text) or self._named.named(last.subject if last else "")
        role = next((role for each in named if (role := self._roles.by_id(each.stands_for or each.id))), None)
        if role is None:
            choices = tuple(Choice(each.title, f"/gap {each.title}") for each in self._roles)
            return Reply("chat", _WHICH, choices=choices)
        standings = rank(self._roles, await self._learner.known(message))
        standing = next(each for each in standings if each.role == role)
        sections = await self._sections.read({_ROADMAP, *(facet.guide_id for facet in role.facets)})
        citing = Citing()
        text = _sorted(standing, sections, citing)
        suggestions = (f"What skills does {role.with_article} need?", "How do I close the gaps in my skills?")
        return Reply("answer", text, citing.citations, suggestions, Exchange(message.text, role.title))


def _sorted(standing: Standing, sections: Mapping[SectionName, StoredChunk], citing: Citing) -> str:
    opening = f"What {standing.role.title} asks for, beside what you told me."
    if groups := sections.get(_GROUPS):
        opening += f" {citing.marked(groups.units[0].text, groups)}"
    have = [
        f"{reason.facet.name}: you said “{reason.clause.words}” [{citing.mark(chunk)}]"
        for reason, chunk in in_favour(standing, sections)
        if reason.facet.kind == "skill"
    ]
    missing = [(facet, chunk) for facet in standing.gaps if (chunk := quotable(facet, sections))]
    quick = _named([each for each in missing if each[0].learning != "new-thinking"], citing)
    anew = _named([each for each in missing if each[0].learning == "new-thinking"], citing)
    blocks = (
        ("You have", have, _UNHEARD),
        ("Quick to learn", quick, _NONE),
        ("Needs a new way of thinking", anew, _NONE),
    )
    return "\n\n".join((opening, *(_block(*block) for block in blocks)))


def _named(facets: Sequence[tuple[Facet, StoredChunk]], citing: Citing) -> list[str]:
    return [f"{facet.name} [{citing.mark(chunk)}]" for facet, chunk in facets]


def _block(heading: str, lines: Iterable[str], otherwise: str) -> str:
    listed = "\n".join(f"- {line}" for line in lines)
    return f"**{heading}**\n\n{listed or otherwise}"
