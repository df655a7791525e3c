"""The slash commands, and “Ask the coach” on a message.

A command that the coach answers is one function here that hands its text to `presses.say`.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.coach.hearing import MAX_CHARACTERS
from bot.frontends.discord import presses
from bot.frontends.discord.desk import Desk

Tree = app_commands.CommandTree[Any]


def add_commands(tree: Tree, desk: Desk) -> None:
    """Give the tree every command there is."""

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
