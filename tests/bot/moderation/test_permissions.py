"""Who may change the knowledge base."""

from __future__ import annotations

import pytest

from bot.moderation.permissions import Actor, may_moderate


@pytest.mark.parametrize(
    ("actor", "role", "allowed"),
    [
        (Actor("1", "ada", manages=True), "", True),
        (Actor("1", "ada"), "", False),
        (Actor("1", "ada", roles=("librarian",)), "librarian", True),
        (Actor("1", "ada", roles=("42",)), "42", True),
        (Actor("1", "ada", roles=("reader",), manages=True), "librarian", False),
        (Actor("1", "ada", roles=("librarian",), manages=True, private=True), "librarian", False),
        (Actor("1", "ada", manages=True, private=True), "", False),
    ],
)
def test_only_with_the_role_or_the_permission_and_never_in_private(
    actor: Actor, role: str, *, allowed: bool
) -> None:
    assert may_moderate(actor, role) is allowed
