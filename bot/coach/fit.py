"""How well roles fit a person: what they said, weighed against what speaks for each role.

Nothing here guesses: the same evidence gives the same score, in whatever order it comes, and
evidence for a role never lowers that role.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.coach.clauses import Clause, Polarity
from knowledge.roles import Facet, FacetKind, Role, Roles
from retrieval.facets import Match

# What one sign of a facet is worth. Likings say more about which day suits a person than tools do.
_KIND: dict[FacetKind, float] = {"skill": 0.9, "interest": 1.1, "experience": 1.0, "domain": 0.5, "way": 1.1}
# What people have done they may want to leave behind, and who dislikes one part may love the rest.
_STANCE: dict[Polarity, float] = {"likes": 1.0, "has": 0.8, "lacks": -0.3, "dislikes": -0.6}
# The same where the dislike speaks for a role: to be a programmer is no sign against leading.
_STANCE_REVERSED: dict[Polarity, float] = {"likes": -1.0, "has": 0.0, "lacks": 0.6, "dislikes": 1.0}
# Fainter signs count, as many of them tell something, but none alone is a reason to quote.
_QUOTABLE = 0.14
# How much worth makes a score of 63 of 100; the score never reaches 100.
_SCALE = 2.5
# Below this worth nothing has been said that points to a role.
ENOUGH = 0.2
# Roles whose worth differs by less than this share of the best are level.
_LEVEL = 0.1

# Below this score there is little to go by.
SLIGHT = 20
_WORDS = (
    (70, "a strong fit"),
    (45, "a good fit"),
    (SLIGHT, "a partial fit"),
    (1, "little points to it so far"),
    (0, "nothing points to it so far"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim of a person and the facets it speaks of."""

    clause: Clause
    matches: tuple[Match, ...]

    @property
    def clearness(self) -> float:
        """How far it speaks, from 0 up, of the role that it speaks of most."""
        of_roles = defaultdict[str, float](float)
        for match in self.matches:
            of_roles[match.facet.role_id] += match.strength
        return max(of_roles.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a role fits, or does not: a facet, what was said of it, and what that is worth.

    `strength` is from 0 to 1: how clearly it was said.
    """

    facet: Facet
    clause: Clause
    worth: float
    strength: float

    @property
    def quotable(self) -> bool:
        """Whether the words say it so clearly that they may be held up as the reason."""
        return self.strength >= _QUOTABLE


@dataclass(frozen=True, slots=True)
class Standing:
    """How a role stands for a person: reasons best first, and skills nothing was said of."""

    role: Role
    worth: float
    reasons: tuple[Reason, ...]
    gaps: tuple[Facet, ...]

    @property
    def score(self) -> int:
        """The fit as a number from 0 to 99."""
        return score(self.worth)

    @property
    def in_words(self) -> str:
        """The fit in words."""
        return next(words for least, words in _WORDS if self.score >= least)


def score(worth: float) -> int:
    """Turn worth into a number from 0 to 99 that grows with it."""
    return int(100 * (1 - math.exp(-max(worth, 0.0) / _SCALE)))


def rank(roles: Roles, evidence: Iterable[Evidence]) -> tuple[Standing, ...]:
    """Rank the roles for a person, best first; roles that stand level keep the roles' order."""
    reasons = list(_reasons(evidence))
    standings = [_standing(role, reasons) for role in roles]
    return tuple(sorted(standings, key=lambda standing: -standing.worth))


def is_enough(ranking: Sequence[Standing]) -> bool:
    """Whether what is known points to any role."""
    return ranking[0].worth >= ENOUGH


def level(ranking: Sequence[Standing]) -> tuple[Standing, ...]:
    """Return the roles that stand level with the best, the best among them."""
    best = ranking[0].worth
    return tuple(standing for standing in ranking if standing.worth >= best * (1 - _LEVEL))


def would_change(ranking: Sequence[Standing], most: int = 2) -> tuple[Facet, ...]:
    """Name what, if the person liked it, would put the second role first, or nearest to it."""
    return lifting(ranking[1], ranking[0], most)


def lifting(standing: Standing, first: Standing, most: int = 2) -> tuple[Facet, ...]:
    """Name what, if the person liked it, would put a role before the first, or nearest to it."""
    missing = [
        facet
        for facet in _unsaid(standing)
        if not facet.disliked and facet.id not in {own.id for own in first.role.facets}
    ]
    missing.sort(key=lambda facet: -_value(facet))
    worth, named = standing.worth, []
    for facet in missing[:most]:
        named.append(facet)
        worth += _value(facet)
        if worth > first.worth:
            break
    return tuple(named)


def _reasons(evidence: Iterable[Evidence]) -> Iterable[Reason]:
    for each in evidence:
        for match in each.matches:
            stances = _STANCE_REVERSED if match.facet.disliked else _STANCE
            stance = stances[each.clause.polarity]
            worth = round(stance * match.strength * _value(match.facet), 6)
            yield Reason(match.facet, each.clause, worth, match.strength)


def _standing(role: Role, reasons: Sequence[Reason]) -> Standing:
    """Add up all that speaks for a role and against it; of each facet name the strongest of either."""
    of_role = [reason for reason in reasons if reason.facet.role_id == role.id]
    # Sums in one order, so that the last digit does not depend on what was said first.
    worth = math.fsum(reason.worth for reason in of_role)
    of_role.sort(key=_best_first)
    most = {reason.facet.id: reason for reason in reversed(of_role) if reason.worth > 0}
    least = {reason.facet.id: reason for reason in of_role if reason.worth < 0}
    named = sorted([*most.values(), *least.values()], key=_best_first)
    gaps = tuple(facet for facet in role.facets if facet.kind == "skill" and facet.id not in most)
    return Standing(role, round(worth, 6), tuple(named), gaps)


def _best_first(reason: Reason) -> tuple[float, str, str]:
    return -reason.worth, reason.facet.id, reason.clause.words


def _unsaid(standing: Standing) -> list[Facet]:
    said = {reason.facet.id for reason in standing.reasons}
    return [facet for facet in standing.role.facets if facet.id not in said]


def _value(facet: Facet) -> float:
    return _KIND[facet.kind] * facet.weight
