"""Changing the knowledge base on the command line: propose, look, apply."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.prompt import Confirm

from bot.app import App, open_app
from bot.config import Settings
from bot.frontends.terminal.progress import encoding_bar
from bot.moderation.items import from_arguments
from bot.moderation.proposal import Proposal
from bot.moderation.words import effects_in_words, in_words
from knowledge.loaders.document import Provenance
from retrieval.refresh import Progress

_ACTOR = "command line"
Propose = Callable[[App, Progress], Awaitable[Proposal]]


async def add(settings: Settings, what: Sequence[str], said: Provenance, *, yes: bool, as_json: bool) -> None:
    """Add files, folders and pages."""
    items = from_arguments(what, said)
    await _change(
        settings,
        lambda app, progress: app.curator.propose_add(items, actor=_ACTOR, progress=progress),
        yes=yes,
        as_json=as_json,
    )


async def remove(settings: Settings, names: Sequence[str], *, yes: bool, as_json: bool) -> None:
    """Remove guides by id, title or origin."""
    await _change(settings, lambda app, _: app.curator.propose_remove(names), yes=yes, as_json=as_json)


async def undo(settings: Settings, version: int | None, *, yes: bool, as_json: bool) -> None:
    """Go back to an earlier version."""
    await _change(settings, lambda app, _: app.curator.propose_undo(version), yes=yes, as_json=as_json)


async def refresh(settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    """Read the guides' folder and the registered pages again."""
    await _change(
        settings,
        lambda app, progress: app.curator.propose_refresh(actor=_ACTOR, progress=progress),
        yes=not dry_run,
        as_json=as_json,
        dry_run=dry_run,
    )


async def _change(
    settings: Settings, propose: Propose, *, yes: bool, as_json: bool, dry_run: bool = False
) -> None:
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            proposal = await propose(app, progress)
            wanted = bool(proposal.plan.changes or proposal.sources)
            if not as_json and not yes:
                print(in_words(proposal, applied=False))
            if wanted and not dry_run:
                wanted = yes or await _agreed(app, proposal, progress)
            applied = wanted and not dry_run
            if applied:
                await app.curator.apply(proposal, actor=_ACTOR, progress=progress)
    if as_json:
        print(json.dumps(as_fields(proposal, applied=applied), ensure_ascii=False))
    elif yes:
        print(in_words(proposal, applied=applied))
    elif not dry_run:
        print("Applied." if applied else "Nothing was changed. With --yes it is applied without asking.")
    if proposal.troubles and not proposal.plan.changes:
        raise SystemExit(1)


async def _agreed(app: App, proposal: Proposal, progress: Progress) -> bool:
    """Show how answers would change, and ask."""
    if not sys.stdin.isatty():
        return False
    prepared = await app.curator.prepare(proposal, progress)
    print(effects_in_words(await app.effects.preview(proposal, prepared, progress)))
    if Confirm.ask("Apply?", console=Console(stderr=True), default=False):
        return True
    await app.curator.discard()
    return False


def as_fields(proposal: Proposal, *, applied: bool) -> dict[str, object]:
    """Show a proposal as fields."""
    plan = proposal.plan
    return {
        "applied": applied,
        "added": list(plan.added),
        "changed": list(plan.changed),
        "removed": list(plan.removed),
        "unchanged": list(plan.unchanged),
        "guides": [asdict(guide) for guide in proposal.guides.values()],
        "duplicates": [asdict(duplicate) for duplicate in proposal.duplicates],
        "troubles": [asdict(trouble) for trouble in proposal.troubles],
        "chunks_encoded" if applied else "chunks_to_encode": plan.to_encode,
    }
