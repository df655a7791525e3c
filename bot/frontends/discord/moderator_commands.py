"""The moderators' commands: `/kb …`."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands, ui

from bot.frontends.discord import faults, moderation_pages, rendering
from bot.frontends.discord.moderators import Moderators
from bot.frontends.discord.rendering import Page
from bot.moderation.curator import find_guide
from bot.moderation.items import Item, ItemError, attachment, page, pasted
from bot.moderation.proposal import Proposal
from knowledge.loaders.document import MOST_BYTES, Provenance
from retrieval.refresh import Progress

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]

_MOST_CHOICES = 25
_CHOICE_LENGTH = 100
_MOST_TITLE = 120
_TOO_LARGE = f"This is larger than {MOST_BYTES // 1_000_000} MB. Split it, or add its text alone."


class KnowledgeBase(app_commands.Group):
    """Add, change and remove what the coach answers from, and see what it cannot answer."""

    def __init__(self, moderators: Moderators) -> None:
        """Hand everything on to the moderators' side."""
        super().__init__(
            name="kb",
            description="For moderators: the guides I answer from",
            # Each said, for what is not said is as for the other commands.
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            default_permissions=discord.Permissions(manage_guild=True),
        )
        self._moderators = moderators
        self._parts = moderators.parts

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let moderators alone pass, whatever Discord has let pass."""
        self._moderators.check(interaction)
        return True

    @app_commands.command(description="Add a file, a page or a text; you see what would change first")
    @app_commands.describe(
        file="Markdown, text, HTML, PDF, Word or CSV, up to 10 MB",
        url="A page's address; it is read again at every refresh",
        title="What to call it, where it does not say so itself",
        author="Who wrote it",
        publisher="Who published it",
        date="When it was published",
        link="Where it can be read; shown with what is quoted",
    )
    async def add(  # noqa: PLR0913, PLR0917 - options, as Discord shows them
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        url: str = "",
        title: str = "",
        author: str = "",
        publisher: str = "",
        date: str = "",
        link: str = "",
    ) -> None:
        """Propose to add what is handed in, or ask for a text."""
        said = Provenance(title, publisher, author, date, link)
        if file is None and not url:
            await interaction.response.send_modal(PastedText(self._moderators, said))
            return

        async def propose(actor: str, progress: Progress) -> Proposal:
            items = [page(url, said)] if url else []
            if file:
                items.append(await _attached(file, said))
            return await self._parts.curator.propose_add(items, actor=actor, progress=progress)

        await self._moderators.propose(interaction, propose)

    @app_commands.command(description="Remove a guide; you see what would change first")
    @app_commands.describe(guide="Its title, its id or where it came from")
    async def remove(self, interaction: Interaction, guide: str) -> None:
        """Propose to remove a guide."""
        await self._moderators.propose(interaction, lambda *_: self._parts.curator.propose_remove([guide]))

    @app_commands.command(description="Read the guides and the added pages again")
    async def refresh(self, interaction: Interaction) -> None:
        """Propose what has changed at its source."""
        await self._moderators.propose(
            interaction,
            lambda actor, progress: self._parts.curator.propose_refresh(actor=actor, progress=progress),
        )

    @app_commands.command(description="Go back to an earlier version of the knowledge base")
    @app_commands.describe(version="Its number, as in the history; by default the one before")
    async def undo(
        self, interaction: Interaction, version: app_commands.Range[int, 1, 2**31] | None = None
    ) -> None:
        """Propose to go back."""
        await self._moderators.propose(interaction, lambda *_: self._parts.curator.propose_undo(version))

    @app_commands.command(name="list", description="The guides I answer from")
    async def list_guides(self, interaction: Interaction) -> None:
        """List the guides."""

        async def look_up() -> tuple[Page, ...]:
            return moderation_pages.guides_pages(await self._parts.library.guides())

        await self._moderators.show(interaction, look_up)

    @app_commands.command(description="A guide: where it comes from, and what it says")
    @app_commands.describe(guide="Its title, its id or where it came from")
    async def show(self, interaction: Interaction, guide: str) -> None:
        """Show a guide."""

        async def look_up() -> tuple[Page, ...]:
            library, sources = self._parts.library, self._parts.sources
            guide_id = await find_guide(library, sources, guide)
            live = await library.live()
            sizes = await library.index_sizes([live.versions[guide_id]])
            chunks = await library.chunks(list(sizes), live.model)
            return moderation_pages.guide_pages(chunks, (await sources.all()).get(guide_id))

        await self._moderators.show(interaction, look_up)

    @app_commands.command(description="Who changed the knowledge base when, and how")
    @app_commands.describe(count="How many versions to show")
    async def history(self, interaction: Interaction, count: app_commands.Range[int, 1, 100] = 10) -> None:
        """List the latest versions."""

        async def look_up() -> tuple[Page, ...]:
            return moderation_pages.history_pages(await self._parts.history.latest(count))

        await self._moderators.show(interaction, look_up)

    @app_commands.command(description="The passages found for a text")
    @app_commands.describe(text="What to look for", count="How many passages to show")
    async def search(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, 1000],
        count: app_commands.Range[int, 1, 20] = 5,
    ) -> None:
        """Show what is found."""

        async def look_up() -> tuple[Page, ...]:
            return moderation_pages.found_pages(await self._parts.search(text, count))

        await self._moderators.show(interaction, look_up)

    @app_commands.command(description="What people ask that no guide answers")
    async def gaps(self, interaction: Interaction) -> None:
        """List the gaps."""

        async def look_up() -> tuple[Page, ...]:
            return moderation_pages.gaps_pages(await self._parts.wishes.grouped())

        await self._moderators.show(interaction, look_up)

    @remove.autocomplete("guide")
    @show.autocomplete("guide")
    async def _guides(self, interaction: Interaction, typed: str) -> Choices:
        if not self._moderators.may(interaction):
            return []
        wanted = typed.casefold()
        guides = [each for each in await self._parts.library.guides() if wanted in each.title.casefold()]
        return [
            app_commands.Choice(name=guide.title[:_CHOICE_LENGTH], value=guide.id)
            for guide in guides[:_MOST_CHOICES]
            if len(guide.id) <= _CHOICE_LENGTH
        ]


class PastedText(ui.Modal, title="Add a text"):
    """Asks for a text and what to call it."""

    name: ui.TextInput[PastedText] = ui.TextInput(label="Title", max_length=_MOST_TITLE)
    text: ui.TextInput[PastedText] = ui.TextInput(label="Text", style=discord.TextStyle.paragraph)

    def __init__(self, moderators: Moderators, said: Provenance) -> None:
        """Propose by the moderators' side; `said` is known of the text already."""
        super().__init__(timeout=None)
        self._moderators = moderators
        self._said = said
        self.name.default = rendering.shortened(said.title, _MOST_TITLE) or None

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Propose to add the text."""
        self._moderators.check(interaction)
        item = pasted(self.name.value, self.text.value, self._said)
        curator = self._moderators.parts.curator
        await self._moderators.propose(
            interaction,
            lambda actor, progress: curator.propose_add([item], actor=actor, progress=progress),
        )

    async def on_error(  # type: ignore[override]  # as discord.py has it of a modal
        self, interaction: Interaction, error: Exception, /
    ) -> None:
        """Tell the person, and log."""
        await faults.tell(interaction, error)


async def fill_gap(moderators: Moderators, interaction: Interaction, gap_id: int) -> None:
    """Ask for the text that answers a gap, under the question as its title."""
    moderators.check(interaction)
    question = await moderators.parts.wishes.question(gap_id)
    # A modal has to be the first thing shown; where nobody asks any more, the title is left empty.
    await interaction.response.send_modal(PastedText(moderators, Provenance(title=question)))


async def _attached(file: discord.Attachment, said: Provenance) -> Item:
    if file.size > MOST_BYTES:
        raise ItemError(_TOO_LARGE)
    return attachment(file.filename, await faults.persist(file.read), said)
