"""Installed in a server, and installed by a user who takes it along to where the bot is no member."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.frontends.discord.desk import Backstage
from bot.frontends.discord.moderation import Moderation
from tests.bot.frontends.discord.conftest import connected
from tests.bot.frontends.discord.test_moderators import Bench
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import ADA, APPLICATION, Interaction, button_of, text_of

FOR_EVERYBODY = (
    "ask",
    "help",
    "sources",
    "forget",
    "roles",
    "profile",
    "privacy",
    "compare",
    "gap",
    "Ask the coach",
)
# As Discord numbers them.
SERVER, USER = 0, 1
GUILD_CONTEXT, BOT_DIRECT, PRIVATE = 0, 1, 2
ADA_USER = {"id": ADA, "username": "ada", "discriminator": "0", "avatar": None}
ELSEWHERE: dict[str, dict[str, Any]] = {
    "a server without the bot": {
        "guild_id": "999",
        "channel_id": "998",
        "channel": {"id": "998", "type": 0, "name": "elsewhere", "permissions": "0", "position": 0},
        "authorizing_integration_owners": {str(USER): ADA},
        "context": GUILD_CONTEXT,
    },
    "a talk between two people": {
        "guild_id": None,
        "member": None,
        "user": ADA_USER,
        "channel_id": "997",
        "channel": {"id": "997", "type": 1, "recipients": [ADA_USER]},
        "authorizing_integration_owners": {str(USER): ADA},
        "context": PRIVATE,
    },
}


async def test_every_command_says_where_it_may_be_installed_and_used(
    server: DiscordServer,
    backstage: Backstage,
) -> None:
    part: Any = Bench()
    moderation = Moderation(part, part, part, part, part, part, part.search)
    async with connected(server, replace(backstage, moderation=moderation)):
        allowed = {
            command["name"]: (sorted(command["integration_types"]), sorted(command["contexts"]))
            for command in server.world.commands
        }

    everywhere = ([SERVER, USER], [GUILD_CONTEXT, BOT_DIRECT, PRIVATE])
    assert allowed.pop("kb") == ([SERVER], [GUILD_CONTEXT])
    assert allowed == dict.fromkeys(FOR_EVERYBODY, everywhere)


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_where_the_bot_is_no_member_interactions_alone_are_answered(
    server: DiscordServer,
    backstage: Backstage,
    where: str,
) -> None:
    async with connected(server, backstage):
        before = len(server.asked_for)
        server.setting = ELSEWHERE[where]
        asked = await _answered(server, await server.slash("ask", question="what maths?"))
        [answer] = [server.world.messages[asked.original]]
        sources = button_of(answer, "sources")["custom_id"]
        shown = await _answered(server, await server.press(answer, sources))
        long = await _answered(server, await server.slash("ask", question="long", private=True))
        await server.world.until(lambda: len(server.world.messages) == 5)
        requests = server.asked_for[before:]

    assert text_of(answer) == "> what maths?"
    assert not [row for row in answer["components"] if "thread:" in str(row)]
    assert text_of(server.world.messages[shown.original]).startswith("**[1]")
    assert shown.ephemeral
    assert long.ephemeral
    own = ("/interactions/", f"/webhooks/{APPLICATION}/")
    assert [path for _, path in requests if not path.startswith(own)] == []


async def _answered(server: DiscordServer, asked: Interaction) -> Interaction:
    await server.world.until(lambda: asked.original and server.world.messages[asked.original]["components"])
    return asked
