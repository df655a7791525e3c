"""Changes to the knowledge base: proposed, looked at, then applied or dropped; all can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.moderation.duplicates import Duplicates
from bot.moderation.intake import Intake
from bot.moderation.items import Item, page
from bot.moderation.proposal import Change, GuideChange, Proposal
from knowledge.errors import CoachError
from knowledge.guide import Guide
from knowledge.library import Edition, Library
from knowledge.sources import AddedSource, Sources
from retrieval.refresh import Plan, Progress, Refresh, ignore_progress


class CurationError(CoachError):
    """Something cannot be done with the knowledge base; the text says why."""

    def __init__(self, problem: str, see: str) -> None:
        """Name the problem, and the command that shows what there is."""
        super().__init__(problem)
        self.see = see


class Curator:
    """Proposes changes and applies them, one at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts it brings together
        self,
        library: Library,
        sources: Sources,
        refresh: Refresh,
        intake: Intake,
        duplicates: Duplicates,
        shipped: Callable[[], Sequence[Guide]],
        alone: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        """Bring the parts together; `shipped` reads the guides of the folder.

        Within `alone` nobody else changes library and index, in whatever process.
        """
        self._library = library
        self._sources = sources
        self._refresh = refresh
        self._intake = intake
        self._duplicates = duplicates
        self._shipped = shipped
        self._alone = alone

    async def propose_add(
        self, items: Sequence[Item], *, actor: str, progress: Progress = ignore_progress
    ) -> Proposal:
        """Read items and say what adding them would do; nothing people see changes."""
        live, known = await self._library.live(), await self._sources.all()
        taken, troubles = await self._intake.take(items, known, live.versions, actor, progress)
        guides = {each.guide.id: each.guide for each in taken if each.guide}
        kept, duplicates = await self._duplicates.part(list(guides.values()))
        ids = {guide.id for guide in kept}
        sources = {each.source.guide_id: each.source for each in taken}
        return await self._proposal(
            f"add {', '.join(item.origin for item in items)}"[:200],
            Change(tuple(kept)),
            sources=tuple(
                source
                for source in sources.values()
                if source.guide_id in ids or source.guide_id in live.versions
            ),
            duplicates=tuple(duplicates),
            troubles=tuple(troubles),
        )

    async def propose_remove(self, names: Collection[str]) -> Proposal:
        """Say what removing guides, named by id, title or origin, would do.

        Raises:
            CurationError: there is no such guide.

        """
        ids = [await find_guide(self._library, self._sources, name) for name in names]
        return await self._proposal(f"remove {', '.join(ids)}"[:200], Change(removed=frozenset(ids)))

    async def propose_refresh(self, *, actor: str, progress: Progress = ignore_progress) -> Proposal:
        """Read the shipped guides and the registered URLs again."""
        live, known = await self._library.live(), await self._sources.all()
        shipped = [
            guide for guide in await asyncio.to_thread(self._shipped) if guide.id not in live.withdrawn
        ]
        active = [known[each] for each in live.versions if each in known]
        pages = [page(source.origin) for source in active if source.kind == "url"]
        taken, troubles = await self._intake.take(pages, known, live.versions, actor, progress)
        origins = {source.origin: source for source in active}
        failed = [origins[each.name].failed(each.problem) for each in troubles]
        shipped_ids = {guide.id for guide in shipped}
        return await self._proposal(
            "refresh",
            Change(
                (*shipped, *(each.guide for each in taken if each.guide)),
                frozenset(each for each in live.versions if each not in known and each not in shipped_ids),
            ),
            sources=(*(each.source for each in taken), *failed),
            troubles=tuple(troubles),
        )

    async def propose_undo(self, edition_id: int | None = None) -> Proposal:
        """Go back to an edition, by default the one before; nothing is encoded.

        Raises:
            CurationError: there is no such edition.

        """
        live = await self._library.live()
        wanted = live.id - 1 if edition_id is None else edition_id
        edition = await self._library.edition(wanted) if wanted > 0 else None
        if edition is None:
            raise CurationError(f"There is no version {wanted} to go back to.", see="kb history")
        return await self._proposal(f"undo, back to version {edition.id}", Change(restored=edition))

    async def prepare(self, proposal: Proposal, progress: Progress = ignore_progress) -> Edition:
        """Make what is proposed searchable for a preview, though nobody sees it."""
        async with self._alone():
            return await self._refresh.prepare(proposal.plan, progress)

    async def apply(self, proposal: Proposal, *, actor: str, progress: Progress = ignore_progress) -> Edition:
        """Carry a proposal out; where the library has changed since, what is wanted is planned anew."""
        async with self._alone():
            plan = proposal.plan
            if (await self._library.live()).id != plan.base:
                plan = await self._plan(proposal.change)
            # The register first: a kill in between leaves a source that is not live, which is harmless.
            await self._sources.keep(proposal.sources)
            return await self._refresh.apply(plan, actor=actor, note=proposal.note, progress=progress)

    async def discard(self) -> None:
        """Drop what proposals have made searchable."""
        async with self._alone():
            await self._refresh.discard()

    async def _proposal(self, note: str, change: Change, **rest: Any) -> Proposal:  # noqa: ANN401 - Proposal's own
        plan = await self._plan(change)
        return Proposal(note, change, plan, await self._described(plan), **rest)

    async def _plan(self, change: Change) -> Plan:
        live = await self._library.live()
        if change.restored is not None:
            return await self._refresh.plan([], change.restored.versions, change.restored.withdrawn)
        put = {guide.id for guide in change.guides}
        gone = change.removed | put
        keep = {guide_id: version for guide_id, version in live.versions.items() if guide_id not in gone}
        shipped = {guide.id for guide in await asyncio.to_thread(self._shipped)}
        withdrawn = (live.withdrawn | (change.removed & shipped)) - put
        return await self._refresh.plan(change.guides, keep, withdrawn)

    async def _described(self, plan: Plan) -> dict[str, GuideChange]:
        live = await self._library.live()
        differing = [*plan.added, *plan.changed, *plan.removed]
        drafts = {item.guide.id: item for item in plan.drafts}
        before = {
            guide.id: guide
            for guide in await self._library.summaries(
                live.versions[each] for each in differing if each in live.versions
            )
        }
        after = {
            guide.id: guide
            for guide in await self._library.summaries(
                plan.versions[each] for each in differing if each in plan.versions and each not in drafts
            )
        }
        described = {}
        for each in differing:
            old, new, item = before.get(each), after.get(each), drafts.get(each)
            title = item.guide.title if item else new.title if new else old.title if old else each
            count = len(item.chunks) if item else new.chunks if new else 0
            described[each] = GuideChange(each, title, old.chunks if old else 0, count)
        return described


def kept_versions(sources: dict[str, AddedSource], live: Edition) -> dict[str, str]:
    """Return the live versions of what was added: a new embedding model must not lose them."""
    return {guide_id: version for guide_id, version in live.versions.items() if guide_id in sources}


async def find_guide(library: Library, register: Sources, name: str) -> str:
    """Return the id of a live guide named by its id, title or origin.

    Raises:
        CurationError: there is none, or more than one.

    """
    live, known = await library.live(), await register.all()
    if name in live.versions:
        return name
    wanted = name.strip().casefold()
    titles = {guide.id: guide.title.casefold() for guide in await library.guides()}
    origins = {source.guide_id: source.origin.casefold() for source in known.values()}
    found = [each for each in live.versions if wanted in {titles[each], origins.get(each)}]
    if len(found) != 1:
        problem = "Several guides are" if found else "No guide is"
        raise CurationError(f"{problem} called “{name}”.", see="kb list")
    return found[0]
