"""Proposals and their effects in words, the same for every front end."""

from __future__ import annotations

from bot.moderation.effects import Preview
from bot.moderation.proposal import GuideChange, Proposal


def in_words(proposal: Proposal, *, applied: bool) -> str:
    """Say what a proposal does, or did."""
    plan = proposal.plan
    lines = [
        f"{word}: {', '.join(map(_named, guides))}"
        for word, guides in (
            ("Added", proposal.added),
            ("Changed", proposal.changed),
            ("Removed", proposal.removed),
        )
        if guides
    ]
    lines += [
        f"Left out: {each.name}. {each.share:.0%} of it stands in “{each.guide}” already."
        for each in proposal.duplicates
    ]
    for trouble in proposal.troubles:
        kept = " Its last good version stays." if trouble.kept else ""
        lines.append(f"Not read: {trouble.name}. {trouble.problem}{kept}")
    if not plan.changes and not plan.to_encode:
        lines.append(f"Nothing has changed: {len(plan.unchanged)} guides, 0 chunks to encode.")
        return "\n".join(lines)
    lines.append(f"Unchanged: {len(plan.unchanged)} guides.")
    lines.append(
        f"{plan.to_encode} chunks {'were encoded' if applied else 'would be encoded; nothing was changed'}."
    )
    return "\n".join(lines)


def effects_in_words(preview: Preview, most: int | None = None) -> str:
    """Say which answers would change, of many the first `most`, and which links are dead."""
    count, shown = len(preview.differences), preview.differences[:most]
    lines = [f"Of {preview.asked} recorded and golden questions, {count} would be answered differently."]
    lines += [f"- {each.question}\n    before: {each.before}\n    after:  {each.after}" for each in shown]
    if count > len(shown):
        lines.append(f"- and {count - len(shown)} more.")
    lines += [f"Dead link: {dead.url}. {dead.problem}" for dead in preview.dead_links]
    return "\n".join(lines)


def _named(guide: GuideChange) -> str:
    counts = (
        f"{guide.before} → {guide.after}" if guide.before and guide.after else guide.before or guide.after
    )
    return f"{guide.title} ({counts} chunks)"
