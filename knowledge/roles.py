"""The roles the guides describe, the names people use for them, and what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from knowledge.yamls import read_yaml

_ROLES = Path(__file__).parent / "roles.yaml"
_SAID = "facets"
_WORK = Path(__file__).parent / "work.yaml"
_ASIDES = Path(__file__).parent / "asides.yaml"

FacetKind = Literal["skill", "interest", "experience", "domain", "way"]
Learning = Literal["carries-over", "quick", "new-thinking"]


@dataclass(frozen=True, slots=True)
class Facet:
    """Something that draws a person to a role or prepares them for it.

    `says` stands word for word in the `section` of the guide `guide_id`. `aliases` and
    `examples` are how people speak of it, `*` standing for any ending; an alias after `=` means
    it only where nothing else is said. `weight` is its worth among the facets of its kind. With
    `disliked` it is the dislike that counts.
    """

    id: str
    role_id: str
    kind: FacetKind
    name: str
    guide_id: str
    section: str
    says: str
    learning: Learning | None
    aliases: tuple[str, ...]
    examples: tuple[str, ...]
    weight: float = 1.0
    disliked: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `id` is also its guide's id, `aliases` are lower case.

    `short` are aliases that mean it only where no more than roles can be meant. Of a kind of
    work, `stands_for` is the id of the role that stands for it beside other roles.
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    facets: tuple[Facet, ...] = ()
    short: tuple[str, ...] = ()
    stands_for: str | None = None

    @property
    def with_article(self) -> str:
        """The title as one of its kind: “an ML Infrastructure Engineer”."""
        # ML begins with the sound of a vowel.
        return f"{'an' if self.title.startswith(('A', 'E', 'I', 'ML', 'O')) else 'a'} {self.title}"


class Roles:
    """Finds roles in what people write."""

    def __init__(self, roles: Sequence[Role]) -> None:
        """Know these roles; where two aliases overlap the longer one is meant."""
        self._by_id = {role.id: role for role in roles}
        self._by_alias = {alias: role for role in roles for alias in role.aliases}
        longest_first = sorted(self._by_alias, key=len, reverse=True)
        choices = "|".join(re.escape(alias) for alias in longest_first)
        self._mention = re.compile(rf"(?<!\w)(?:{choices})(?:s|es)?(?!\w)", re.IGNORECASE)

    def __iter__(self) -> Iterator[Role]:
        """Iterate over the roles, as they are listed."""
        return iter(self._by_id.values())

    def by_id(self, role_id: str) -> Role | None:
        """Return the role of this id, which is also its guide's, if there is one."""
        return self._by_id.get(role_id)

    def named(self, text: str) -> tuple[Role, ...]:
        """Return the roles a text names, in order, each once."""
        roles = (self._role(match) for match in self._mention.finditer(text))
        return tuple(dict.fromkeys(role for role in roles if role))

    def replace(self, text: str, old: Role, new: Role) -> str:
        """Put one role in the place of another."""
        return self._mention.sub(lambda match: new.title if self._role(match) == old else match[0], text)

    def replace_all(self, text: str, word: str) -> str:
        """Put a word in the place of every role a text names."""
        return self._mention.sub(word, text)

    def _role(self, match: re.Match[str]) -> Role | None:
        # None for a few letters that only a pattern takes for others of theirs: “data ſcience”.
        name = match[0].lower()
        for ending in ("", "s", "es"):
            if role := self._by_alias.get(name.removesuffix(ending)):
                return role
        return None


def load_roles(path: Path = _ROLES) -> Roles:
    """Read the roles of the project; what people say of their facets stands in a folder beside the file."""
    return Roles([_role(entry, path.parent / _SAID) for entry in read_yaml(path)])


def load_asides(path: Path = _ASIDES) -> tuple[str, ...]:
    """Read what people say of themselves that speaks for no role."""
    return tuple(read_yaml(path))


def load_comparable(roles: Roles, *, short: bool, path: Path = _WORK) -> Roles:
    """Return all that can be set side by side: the roles and the kinds of work.

    With `short` their short names count too.
    """
    work = map(_role, read_yaml(path))
    return Roles(
        [replace(each, aliases=(*each.aliases, *each.short)) if short else each for each in (*roles, *work)]
    )


def _role(entry: Mapping[str, Any], said: Path | None = None) -> Role:
    facets = entry.get("facets", ())
    examples = read_yaml(said / f"{entry['id']}.yaml") if said and facets else {}
    return Role(
        entry["id"],
        entry["title"],
        tuple(entry["aliases"]),
        tuple(_facet(entry["id"], facet, examples[facet["id"]]) for facet in facets),
        tuple(entry.get("short", ())),
        entry.get("role"),
    )


def _facet(role_id: str, entry: Mapping[str, Any], examples: Sequence[str]) -> Facet:
    return Facet(
        id=entry["id"],
        role_id=role_id,
        kind=entry["kind"],
        name=entry["name"],
        guide_id=entry.get("guide", role_id),
        section=entry["section"],
        says=entry["says"],
        learning=entry.get("learning"),
        aliases=tuple(entry["aliases"]),
        examples=tuple(examples),
        weight=entry.get("weight", 1.0),
        disliked=entry.get("disliked", False),
    )
