"""The commands for what the coach can do beside answering questions."""

from __future__ import annotations

from typing import Any

import pytest

from bot.coach.intents import COMMANDS
from tests.discord_server.place import Place, texts


@pytest.mark.parametrize(
    ("command", "options", "text"),
    [
        ("compare", {"first": "Data Scientist", "second": "swe"}, "/compare Data Scientist, swe"),
        ("gap", {"role": "Data Scientist"}, "/gap Data Scientist"),
    ],
)
async def test_a_command_says_its_text_for_all_to_see(
    place: Place, command: str, options: dict[str, Any], text: str
) -> None:
    result = await place.ada.slash(place.channel, command, **options)

    assert not result.ephemeral
    assert texts(result.response)[:2] == [f"> {text}", f"You said: {text} [1]."]
    assert text.split(maxsplit=1)[0] in COMMANDS


async def test_a_command_alone_is_not_quoted_for_discord_shows_who_used_it(place: Place) -> None:
    result = await place.ada.slash(place.channel, "roles")

    assert not result.ephemeral
    assert texts(result.response)[0] == "You said: /roles [1]."


async def test_a_profile_is_shown_to_its_owner_alone(place: Place) -> None:
    result = await place.ada.slash(place.channel, "profile")

    assert result.ephemeral
    assert [(message.text, message.private) for message in place.parrot.heard] == [("/profile", True)]


async def test_roles_and_kinds_of_work_are_offered_by_all_their_names(place: Place) -> None:
    typed = await place.ada.autocomplete(place.channel, "compare", "second", "DATA SC")
    every = await place.ada.autocomplete(place.channel, "compare", "first", "")
    roles = await place.ada.autocomplete(place.channel, "gap", "role", "")

    assert [choice["value"] for choice in typed] == ["Data Scientist"]
    assert 5 == len(roles) < len(every) <= 25
