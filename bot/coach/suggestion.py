"""Puts a ranking of roles into words, every reason with the person's words and the guide's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.coach.citing import Citing
from bot.coach.clauses import Polarity
from bot.coach.fit import SLIGHT, Reason, Standing, level, lifting, would_change
from bot.reply import FitReason, RoleFit
from knowledge.library import StoredChunk
from knowledge.roles import Facet
from retrieval.answer import Citation
from retrieval.sections import SectionName

# Roles whose reasons are written out.
_EXPLAINED = 2
_MOST_REASONS = 3
_MOST_GAPS = 4
_WHAT_THEY_DO = "What they do"
# Sentences by which a role is introduced.
_INTRODUCED = 2
_TRY_OUT = ("choosing-a-role", "Small experiments")
_NO_JUDGEMENT = (
    "This only sets what you told me beside what the guides say of each role; "
    "it is no judgement of you or of your chances."
)

# How a person stands to what is quoted of them against a role.
_STANCES: dict[Polarity, str] = {
    "likes": "among what you like,",
    "has": "you said",
    "dislikes": "among what you would rather not,",
    "lacks": "among what you don't have,",
}

_Sections = Mapping[SectionName, StoredChunk]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is said about a ranking, and the same as data."""

    text: str
    citations: tuple[Citation, ...]
    suggestions: tuple[str, ...]
    fits: tuple[RoleFit, ...]


def suggest(ranking: Sequence[Standing], sections: _Sections) -> Suggestion:
    """Say how the roles stand, why, what is missing, what would change it and what to do next."""
    citing = Citing()
    told = [standing for standing in ranking[:_EXPLAINED] if any(in_favour(standing, sections))]
    # To hear why something hardly fits helps nobody.
    explained = [standing for standing in told if standing is ranking[0] or standing.score >= SLIGHT]
    blocks = [
        _opening(ranking),
        *(_what_it_is(standing, sections, citing) for standing in level(ranking)[:_EXPLAINED]),
        "\n".join(f"{n}. {_line(standing)}" for n, standing in enumerate(ranking, 1)),
        *(block for standing in explained for block in _why(standing, sections, citing)),
        _change(ranking),
        _next_step(ranking[0], sections, citing),
        _NO_JUDGEMENT,
    ]
    fits = tuple(_fit(standing, sections, citing) for standing in ranking)
    first, second = ranking[0].role, ranking[1].role
    suggestions = (
        f"What's my gap for {first.title}?",
        f"{first.title} vs {second.title}",
        f"What does a typical day as {first.with_article} look like?",
    )
    text = "\n\n".join(block for block in blocks if block)
    return Suggestion(text, citing.citations, suggestions, fits)


def explain(standing: Standing, ranking: Sequence[Standing], sections: _Sections) -> Suggestion:
    """Say of one role how it stands and why, what is missing and what would lift it."""
    citing = Citing()
    first, title = ranking[0], standing.role.title
    opening = f"**{title}** is number {ranking.index(standing) + 1} of {len(ranking)} for you: "
    opening += f"{standing.in_words}, {standing.score} of 100"
    opening += f"; {first.role.title} has {first.score}." if standing is not first else "."
    why = list(_why(standing, sections, citing)) or ["Nothing you told me speaks for it or against it yet."]
    lift = ""
    if standing is not first and (liked := lifting(standing, first)):
        lift = (
            f"If you told me that you enjoy {' and '.join(facet.name for facet in liked)}, it would move up."
        )
    text = "\n\n".join(block for block in (opening, *why, lift, _NO_JUDGEMENT) if block)
    fits = tuple(_fit(each, sections, citing) for each in ranking)
    suggestions = (f"What's my gap for {title}?", f"What does {title} do?", "Which role suits me?")
    return Suggestion(text, citing.citations, suggestions, fits)


def quotable(facet: Facet, sections: _Sections) -> StoredChunk | None:
    """Return the section that still says what the facet rests on, if there is one."""
    chunk = sections.get((facet.guide_id, facet.section))
    return chunk if chunk and facet.says in (unit.text for unit in chunk.units) else None


def in_favour(standing: Standing, sections: _Sections) -> Iterator[tuple[Reason, StoredChunk]]:
    """Yield the reasons for a role that a guide backs, best first."""
    for reason in standing.reasons:
        if reason.worth > 0 and reason.quotable and (chunk := quotable(reason.facet, sections)):
            yield reason, chunk


def _opening(ranking: Sequence[Standing]) -> str:
    together = level(ranking)
    titles = [f"**{standing.role.title}**" for standing in together]
    if len(titles) == 1 and together[0].score < SLIGHT:
        return f"The little I know of you points to {titles[0]}. Tell me more, and I can be surer."
    if len(titles) == 1:
        return f"From what you told me, {titles[0]} suits you best: {together[0].in_words}."
    listed = f"{', '.join(titles[:-1])} and {titles[-1]}"
    return f"From what you told me, {listed} are level; nothing yet puts one of them ahead."


def _what_it_is(standing: Standing, sections: _Sections, citing: Citing) -> str:
    chunk = sections.get((standing.role.id, _WHAT_THEY_DO))
    return " ".join(citing.marked(unit.text, chunk) for unit in chunk.units[:_INTRODUCED]) if chunk else ""


def _line(standing: Standing) -> str:
    return f"{standing.role.title}: {standing.in_words}, {standing.score} of 100"


def _why(standing: Standing, sections: _Sections, citing: Citing) -> Iterator[str]:
    # What somebody said once is quoted once, for what it says most clearly.
    told = dict[str, tuple[Reason, StoredChunk]]()
    for favour in in_favour(standing, sections):
        told.setdefault(favour[0].clause.words, favour)
    reasons = list(told.values())[:_MOST_REASONS]
    against = [reason for reason in standing.reasons if reason.worth < 0 and reason.quotable][-1:]
    lines = [
        f"- Because you said “{reason.clause.words}”: {citing.marked(reason.facet.says, says)}"
        for reason, says in reasons
    ]
    lines += [
        f"- Against it, {_STANCES[reason.clause.polarity]} “{reason.clause.words}”: "
        f"{citing.marked(reason.facet.says, chunk)}"
        for reason in against
        if (chunk := quotable(reason.facet, sections))
    ]
    missing = [
        f"{facet.name} [{citing.mark(chunk)}]"
        for facet in standing.gaps[:_MOST_GAPS]
        if (chunk := quotable(facet, sections))
    ]
    if missing:
        lines.append(f"- Not heard of yet: {', '.join(missing)}")
    if lines:
        yield "\n".join((f"**Why {standing.role.title}**", "", *lines))


def _change(ranking: Sequence[Standing]) -> str:
    second = ranking[1].role.title
    lines = []
    if liked := would_change(ranking):
        names = " and ".join(facet.name for facet in liked)
        lines.append(f"If you told me that you enjoy {names}, {second} would move up.")
    if best := next((reason for reason in ranking[0].reasons if reason.worth > 0), None):
        lines.append(f"If “{best.clause.words}” were not so, {ranking[0].role.title} would lose most.")
    return "\n".join(("**What would change this**", "", " ".join(lines)))


def _next_step(first: Standing, sections: _Sections, citing: Citing) -> str:
    ask = f"Ask me “What's my gap for {first.role.title}?” to see what to learn."
    if chunk := sections.get(_TRY_OUT):
        ask = f"{citing.marked(chunk.units[0].text, chunk)} {ask}"
    return f"**A next step**\n\n{ask}"


def _fit(standing: Standing, sections: _Sections, citing: Citing) -> RoleFit:
    reasons = tuple(
        FitReason(reason.clause.words, reason.facet.name, citing.mark(chunk))
        for reason, chunk in in_favour(standing, sections)
    )
    gaps = tuple(facet.name for facet in standing.gaps)
    return RoleFit(standing.role.id, standing.role.title, standing.score, reasons, gaps)
