"""The roles the guides describe, and the names people use for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

_ROLES = Path(__file__).parent / "roles.yaml"


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `id` is also its guide's id, `aliases` are lower case."""

    id: str
    title: str
    aliases: tuple[str, ...]


class Roles:
    """Finds roles in what people write."""

    def __init__(self, roles: Sequence[Role]) -> None:
        """Know these roles; where two aliases overlap the longer one is meant."""
        self._by_id = {role.id: role for role in roles}
        self._by_alias = {alias: role for role in roles for alias in role.aliases}
        longest_first = sorted(self._by_alias, key=len, reverse=True)
        choices = "|".join(re.escape(alias) for alias in longest_first)
        self._mention = re.compile(rf"(?<!\w)(?:{choices})(?:s|es)?(?!\w)", re.IGNORECASE)

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

    def _role(self, match: re.Match[str]) -> Role | None:
        # None for a few letters that only a pattern takes for others of theirs: “data ſcience”.
        name = match[0].lower()
        for ending in ("", "s", "es"):
            if role := self._by_alias.get(name.removesuffix(ending)):
                return role
        return None


def load_roles(path: Path = _ROLES) -> Roles:
    """Read the roles of the project."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Roles([Role(entry["id"], entry["title"], tuple(entry["aliases"])) for entry in entries])
