"""Says to which roles a skill or an experience leads, from the guides' map of skills to roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.coach.citing import Citing
from bot.coach.skills.skill import Skill
from bot.coach.suggestion import quotable
from bot.memory.conversations import Turn
from bot.reply import Message, Reply
from knowledge.library import StoredChunk
from knowledge.roles import Facet, Roles
from retrieval.facets import Facets, Match
from retrieval.rewrite import Exchange
from retrieval.sections import SectionName, Sections

_EXPERIENCE = "your-past-experience"
_MAP = (_EXPERIENCE, "Skills-to-roles map")
# What is asked of must be a facet, by name or as good as that, and not merely resemble one.
_MEANT = 0.5
_MOST_HELPS = 4


class MapSkills:
    """The skill of telling where a skill leads."""

    def __init__(self, roles: Roles, facets: Facets, sections: Sections, ask: Skill) -> None:
        """Know what is asked of by these facets; what they do not know is left to `ask`."""
        self._roles = roles
        self._facets = facets
        self._sections = sections
        self._ask = ask

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Give the map's row for what the message names, and where else it helps."""
        sections = await self._sections.read({_EXPERIENCE, *(role.id for role in self._roles)})
        table = list(_rows(sections.get(_MAP)))
        asked, *labels = await self._facets.matches([message.text, *(label for label, _ in table)])
        meant = _meant(asked)
        citing = Citing()
        row = _row(meant, table, labels, sections, citing)
        helps = list(self._helps(meant, sections, citing))[:_MOST_HELPS]
        if not row and not helps:
            return await self._ask.reply(message, turns)
        text = "\n\n".join(block for block in (row, _listed(helps)) if block)
        title = next(role.title for role in self._roles if role.id == meant[0].role_id)
        suggestions = ("Which role suits me?", f"What's my gap for {title}?", f"What does {title} do?")
        return Reply("answer", text, citing.citations, suggestions, Exchange(message.text, title))

    def _helps(
        self, meant: Sequence[Facet], sections: Mapping[SectionName, StoredChunk], citing: Citing
    ) -> Iterator[str]:
        """Say what the guides say of it, each sentence once with the roles it is said of."""
        titles = {role.id: role.title for role in self._roles}
        for says in dict.fromkeys(facet.says for facet in meant):
            of = [facet for facet in meant if facet.says == says]
            if chunk := quotable(of[0], sections):
                named = ", ".join(dict.fromkeys(titles[facet.role_id] for facet in of))
                yield f"- {named}: {citing.marked(says, chunk)}"


def _meant(matches: Sequence[Match]) -> list[Facet]:
    return [match.facet for match in matches if match.strength >= _MEANT and not match.facet.disliked]


def _rows(chunk: StoredChunk | None) -> Iterator[tuple[str, str]]:
    """Yield the rows of the map: a skill or experience, and the roles that match."""
    lines = [line for line in chunk.quote.splitlines() if line.startswith("|")] if chunk else []
    for line in lines[2:]:
        label, roles = (cell.strip() for cell in line.strip("| ").split("|"))
        yield label, roles


def _row(
    meant: Sequence[Facet],
    table: Sequence[tuple[str, str]],
    labels: Sequence[Sequence[Match]],
    sections: Mapping[SectionName, StoredChunk],
    citing: Citing,
) -> str:
    """Say the row that speaks of what is meant, if there is one."""
    wanted = {facet.id for facet in meant}
    for (label, roles), matches in zip(table, labels, strict=True):
        if wanted & {facet.id for facet in _meant(matches)}:
            return citing.marked(f"“{label}” points to **{roles}**.", sections[_MAP])
    return ""


def _listed(helps: Sequence[str]) -> str:
    return "\n".join(("What the guides say of it:", "", *helps)) if helps else ""
