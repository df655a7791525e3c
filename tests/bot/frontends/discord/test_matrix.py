"""Who may do what where: for each place, role and command, what must happen.

Where the bot is no member, see test_installed.py; what the commands say, see the tests of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import discord
import pytest
import simcord

from bot.frontends.discord.desk import Backstage
from bot.frontends.discord.moderation import Moderation
from tests.bot.frontends.discord.test_moderators import MANAGER, Bench
from tests.discord_server.place import Place

# What happens: all see the reply, the person alone does, nothing happens, Discord does not offer it, or
# the bot may not write there and says so directly.
ALL, ALONE, NOTHING, NOT_OFFERED, DIRECTLY = "all", "alone", "nothing", "not offered", "directly"

COMMANDS: dict[str, tuple[dict[str, Any], str]] = {
    "ask": ({"question": "what maths?"}, ALL),
    "ask in private": ({"question": "what maths?", "private": True}, ALONE),
    "help": ({}, ALONE),
    "sources": ({}, ALONE),
    "forget": ({}, ALONE),
    "roles": ({}, ALL),
    "profile": ({}, ALONE),
    "privacy": ({}, ALONE),
    "compare": ({"first": "Data Scientist", "second": "swe"}, ALL),
    "gap": ({"role": "Data Scientist"}, ALL),
    "kb list": ({}, ALONE),
    "kb gaps": ({}, ALONE),
    "Ask the coach": ({}, ALL),
}
PLACES = ("channel", "thread", "direct")
ROLES = ("member", "moderator", "without commands")
# Where something is written, who writes it, and what happens.
WRITTEN = {
    ("channel", "member"): ALL,
    ("channel", "moderator"): ALL,
    ("channel", "bot"): NOTHING,
    ("channel", "webhook"): NOTHING,
    ("thread", "member"): ALL,
    ("thread", "moderator"): ALL,
    ("thread", "bot"): NOTHING,
    ("direct", "member"): ALL,
    ("where the bot may not write", "member"): DIRECTLY,
    ("where the bot may not write", "bot"): NOTHING,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A command used somewhere by somebody, and what must happen."""

    command: str
    place: str
    role: str

    @property
    def outcome(self) -> str:
        if self.role == "without commands" and self.place != "direct":
            return NOT_OFFERED
        if self.command.startswith("kb") and (self.place == "direct" or self.role != "moderator"):
            return NOT_OFFERED
        return COMMANDS[self.command][1]


def cells() -> Iterator[Cell]:
    for command in COMMANDS:
        # simcord has no way to right-click a direct message.
        for place in PLACES[:2] if command == "Ask the coach" else PLACES:
            yield from (Cell(command, place, role) for role in ROLES)


@pytest.fixture
def backstage(backstage: Backstage) -> Backstage:
    part: Any = Bench()
    return replace(backstage, moderation=Moderation(part, part, part, part, part, part, part.search))


def somebody(place: Place, role: str) -> simcord.MemberActor:
    if role == "bot":
        return place.guild.add_member(place.env.create_user("another-bot", bot=True))
    if role == "moderator":
        managers = place.guild.create_role("managers", permissions=MANAGER | _USING)
        return place.guild.add_member(place.env.create_user("mod"), roles=[managers])
    return place.member(role.replace(" ", "-"))


_USING = discord.Permissions(use_application_commands=True, read_message_history=True)


async def test_every_command_in_every_place_by_everybody(place: Place) -> None:
    """One Discord for all cells: what one of them leaves behind must not change another."""
    people = {role: somebody(place, role) for role in ROLES}
    forbidden = discord.PermissionOverwrite(use_application_commands=False)
    place.channel = place.guild.create_text_channel(
        "quiet", overwrites={people["without commands"]: forbidden}
    )
    thread = await _thread(place)
    wrong = []
    for cell in cells():
        person = people[cell.role]
        where = {"channel": place.channel, "thread": thread, "direct": None}[cell.place]
        happened = await _use(person, where, cell)
        if happened != cell.outcome:
            wrong.append((cell, happened))

    assert wrong == []


async def _thread(place: Place) -> simcord.ChannelHandle:
    await place.press(await place.ask("what maths?"), "Thread")
    [thread] = place.channel.threads
    return thread


async def _use(person: simcord.MemberActor, where: simcord.ChannelHandle | None, cell: Cell) -> str:
    options, _ = COMMANDS[cell.command]
    name = cell.command.removesuffix(" in private")
    try:
        if where is None:
            used = await person.user.slash(name, **options)
        elif name == "Ask the coach":
            used = await person.context_menu(where, name, await person.send(where, "what maths?"))
        else:
            used = await person.slash(where, name, **options)
    except simcord.SetupError:
        return NOT_OFFERED
    assert used.acknowledged
    return ALONE if used.ephemeral else ALL


@pytest.mark.parametrize(("where", "role"), WRITTEN)
async def test_what_is_written_anywhere_by_anybody(place: Place, where: str, role: str) -> None:
    channel = place.channel
    if where == "thread":
        channel = await _thread(place)
    elif where == "where the bot may not write":
        silent = discord.PermissionOverwrite(send_messages=False)
        assert place.client.user
        channel = place.guild.create_text_channel("silent", overwrites={place.client.user: silent})
    text = f"{place.me} what code?"
    before = len(place.by_me(channel))
    person = somebody(place, "member" if role == "webhook" else role)
    if role == "webhook":
        await place.guild.create_webhook(channel).send(text)
    elif where == "direct":
        await person.send_dm(text)
        assert len(place.by_me(person.user.dm_channel)) == 1
        return
    else:
        await person.send(channel, text)

    answered = len(place.by_me(channel)) - before
    direct = person.user.dm_channel
    told = len(place.by_me(direct)) if direct else 0
    assert (answered, told) == {ALL: (1, 0), NOTHING: (0, 0), DIRECTLY: (0, 1)}[WRITTEN[where, role]]
