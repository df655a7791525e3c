"""Who may change the knowledge base; asked anew at every step, for roles are taken away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to change something, as the place they speak in knows them.

    `roles` holds the names and the ids of their roles; `manages` says whether they may
    manage the server; `private` that they speak where no server can vouch for them.
    """

    id: str
    name: str
    roles: Collection[str] = ()
    manages: bool = False
    private: bool = False


def may_moderate(actor: Actor, role: str) -> bool:
    """Whether somebody may change the knowledge base, given the role that settings name."""
    if actor.private:
        return False
    return role in actor.roles if role else actor.manages
