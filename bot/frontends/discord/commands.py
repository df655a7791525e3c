"""The slash commands, and “Ask the coach” on a message.

A command that the coach answers is one function here that hands its text to `presses.say`.
"""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands

from bot.coach.hearing import MAX_CHARACTERS
from bot.frontends.discord import presses
from bot.frontends.discord.desk import Desk
from knowledge.roles import Roles, load_comparable, load_roles

Tree = app_commands.CommandTree[Any]
Choices = list[app_commands.Choice[str]]
# What is typed need not be what was offered.
RoleName = app_commands.Range[str, 1, 100]


def add_commands(tree: Tree, desk: Desk) -> None:
    """Give the tree every command there is for everybody."""
    _add_skills(tree, desk)

    @tree.command(name="ask", description="Ask about the way into machine learning")
    @app_commands.describe(question="What you would like to know", private="Only you see the answer")
    async def ask(
        interaction: discord.Interaction[Any],
        question: app_commands.Range[str, 1, MAX_CHARACTERS],
        private: bool = False,  # noqa: FBT001, FBT002 - an option, as Discord shows it
    ) -> None:
        await presses.say(desk, interaction, question, ephemeral=private)

    @tree.command(name="help", description="What the coach can do for you")
    async def show_help(interaction: discord.Interaction[Any]) -> None:
        await presses.show_help(desk, interaction)

    @tree.command(name="sources", description="The exact passages behind the last answer")
    async def sources(interaction: discord.Interaction[Any]) -> None:
        await presses.show_last_sources(desk, interaction)

    @tree.command(name="forget", description="Delete our conversation in this place")
    async def forget(interaction: discord.Interaction[Any]) -> None:
        await presses.ask_to_forget(desk, interaction)

    @tree.context_menu(name="Ask the coach")
    async def ask_about(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await presses.say(desk, interaction, message.content, ephemeral=False)


def _add_skills(tree: Tree, desk: Desk) -> None:
    """Add what the coach can do beside answering questions."""
    every_role = load_roles()
    everything = load_comparable(every_role, short=True)

    @tree.command(name="roles", description="Which machine learning role suits you")
    async def suggest_roles(interaction: discord.Interaction[Any]) -> None:
        await presses.say(desk, interaction, "/roles", ephemeral=False)

    @tree.command(name="profile", description="What I know of you, to look at or to correct")
    async def show_profile(interaction: discord.Interaction[Any]) -> None:
        await presses.say(desk, interaction, "/profile", ephemeral=True)

    @tree.command(name="privacy", description="What is kept of you; have it handed over, or deleted")
    @app_commands.describe(wish="What to do; without it, I explain what is kept")
    async def privacy(
        interaction: discord.Interaction[Any], wish: Literal["export", "delete"] | None = None
    ) -> None:
        await presses.say(desk, interaction, f"/privacy {wish or ''}".strip(), ephemeral=True)

    @tree.command(name="compare", description="Two roles, or kinds of work, side by side")
    @app_commands.describe(first="A role or a kind of work", second="What to set beside it")
    async def compare(interaction: discord.Interaction[Any], first: RoleName, second: RoleName) -> None:
        await presses.say(desk, interaction, f"/compare {first}, {second}", ephemeral=False)

    @tree.command(name="gap", description="What you have for a role, and what you still need")
    @app_commands.describe(role="The role you have in mind")
    async def show_gap(interaction: discord.Interaction[Any], role: RoleName) -> None:
        await presses.say(desk, interaction, f"/gap {role}", ephemeral=False)

    @compare.autocomplete("first")
    @compare.autocomplete("second")
    async def comparable(_: discord.Interaction[Any], typed: str) -> Choices:
        return _choices(everything, typed)

    @show_gap.autocomplete("role")
    async def roles(_: discord.Interaction[Any], typed: str) -> Choices:
        return _choices(every_role, typed)


def _choices(roles: Roles, typed: str) -> Choices:
    """Offer the roles whose title or other name has what was typed in it; there are far fewer than 25."""
    wanted = typed.strip().casefold()
    return [
        app_commands.Choice(name=role.title, value=role.title)
        for role in roles
        if any(wanted in name for name in (role.title.casefold(), *role.aliases))
    ]
