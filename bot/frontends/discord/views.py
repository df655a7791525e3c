"""Pages as discord.py sends them, and the one kind of button there is.

A button keeps in its custom id what it does and for which message; everything else stands in SQL,
so that it goes on working after a restart.
"""

from __future__ import annotations

import io
import re
from typing import Any, Self

import discord
from discord import ui

from bot.frontends.discord import limits
from bot.frontends.discord.rendering import Action, Button, Page
from bot.reply import Picture


class CoachButton(
    ui.DynamicItem[ui.Button[Any]], template=r"(?P<action>[a-z-]+):(?P<message>\d+):(?P<offer>\d+)"
):
    """A button as Discord keeps it."""

    def __init__(self, button: Button) -> None:
        """Make a button to be sent, or the one that was pressed."""
        super().__init__(
            ui.Button(
                label=button.label or None,
                emoji=button.emoji,
                style=discord.ButtonStyle.danger if button.grave else discord.ButtonStyle.secondary,
                custom_id=f"{button.action}:{button.message_id}:{button.offer}",
            )
        )
        self.button = button

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - discord.py's own form
        item: ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
        /,
    ) -> Self:
        """Tell from its custom id which button was pressed."""
        action, message_id, offer = match["action"], match["message"], int(match["offer"])
        return cls(Button("…", Action(action), message_id, offer))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Let the client see to a press."""
        await interaction.client.press(interaction, self.button)


def layout(page: Page) -> ui.LayoutView:
    """Lay out a page with Components V2, without a frame, so that it reads like any message."""
    view = ui.LayoutView(timeout=None)
    for text in page.texts:
        view.add_item(ui.TextDisplay(text))
    if page.pictures:
        gallery: ui.MediaGallery[Any] = ui.MediaGallery()
        for picture in page.pictures:
            gallery.add_item(media=f"attachment://{picture.name}", description=_alt(picture))
        view.add_item(gallery)
    for document in page.documents:
        view.add_item(ui.File(f"attachment://{document.name}"))
    for entry in page.entries:
        view.add_item(ui.Section(entry.text, accessory=CoachButton(entry.button)))
    for row in page.rows:
        view.add_item(ui.ActionRow(*(CoachButton(button) for button in row)))
    return view


def files(page: Page) -> list[discord.File]:
    """Return a page's attachments; a file can be sent once, so make them anew each time."""
    pictures = [
        discord.File(io.BytesIO(picture.png), filename=picture.name, description=_alt(picture))
        for picture in page.pictures
    ]
    documents = [discord.File(io.BytesIO(each.text.encode()), filename=each.name) for each in page.documents]
    return pictures + documents


def _alt(picture: Picture) -> str:
    return picture.alt[: limits.PICTURE_ALT]
