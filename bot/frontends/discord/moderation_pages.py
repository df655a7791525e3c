"""The knowledge base as moderators see it in Discord, and what is told to those who wait. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.frontends.discord import rendering
from bot.frontends.discord.rendering import Action, Button, Entry, Page, Setting
from bot.moderation.effects import Preview
from bot.moderation.wishes import Gap, Notice
from bot.moderation.words import effects_in_words
from bot.reply import Reply
from knowledge.history import HistoryEntry
from knowledge.library import GuideSummary, StoredChunk
from knowledge.sources import AddedSource
from retrieval.answer import Passage

# More messages than this nobody reads in a channel.
_MOST_PAGES = 5
_LONGEST_GAP = 300
_EMPTY = "The library is empty. Fill it with `/kb refresh` or `/kb add`."
_NO_HISTORY = "Nothing has ever been changed."
_NO_GAPS = "Nothing was refused so far."
_NOTHING_FOUND = "Nothing was found."
_ADD = (
    "What no guide answers, the most asked first. Press **Answer** to write a text for one; pages and files "
    "go in with `/kb add`. Whoever waits for an answer is told."
)
# Those asked most have a button each; a message has room for a dozen.
_MOST_BUTTONS = 10
_MORE = "-# There is more. Whoever runs me sees all of it with `career-coach kb`."
# Answers that would differ; the command line shows all, but on a phone the buttons should be in reach.
_MOST_DIFFERENCES = 10
_APPLY = "Shall I apply this? Until then nothing changes. You can decide for a quarter of an hour."
_ANSWERED = "You asked the moderators for an answer to this. The guides have one by now:"


def guides_pages(guides: Sequence[GuideSummary]) -> tuple[Page, ...]:
    """List guides."""
    lines = [f"- **{guide.title}** · {guide.chunks} chunks · {guide.updated}" for guide in guides]
    return _pages("\n".join(lines) or _EMPTY)


def guide_pages(chunks: Sequence[StoredChunk], source: AddedSource | None) -> tuple[Page, ...]:
    """Show a guide: where it comes from, and its sections as they are quoted."""
    first = chunks[0]
    head = [f"## {first.guide}", f"Source: {first.source} {first.link}".rstrip()]
    if source:
        head.append(f"Added by {source.added_by} on {source.added_at:%Y-%m-%d} from {source.origin}.")
        head.append(f"Last read {source.read_at:%Y-%m-%d %H:%M} UTC. {source.error}".rstrip())
    sections = (f"**{chunk.section}**\n{chunk.quote}" for chunk in chunks)
    return _pages("\n\n".join(("\n".join(head), *sections)))


def history_pages(entries: Sequence[HistoryEntry]) -> tuple[Page, ...]:
    """List versions of the library: who, when and what."""
    return _pages("\n\n".join(map(_entry, entries)) or _NO_HISTORY)


def gaps_pages(gaps: Sequence[Gap]) -> tuple[Page, ...]:
    """List what no guide answers, most asked first; nobody is named."""
    if not gaps:
        return _pages(_NO_GAPS)
    asked_most = tuple(
        Entry(_asked(gap), Button("Answer", Action.FILL_GAP, str(gap.id))) for gap in gaps[:_MOST_BUTTONS]
    )
    others = "\n".join(f"- {_asked(gap)}" for gap in gaps[_MOST_BUTTONS:])
    return (*rendering.pages([_ADD], Page(entries=asked_most)), *(_pages(others) if others else ()))


def found_pages(passages: Sequence[Passage]) -> tuple[Page, ...]:
    """Show passages found, best first."""
    found = (f"**{passage.place}** ({passage.score:.2f})\n{passage.chunk.quote}" for passage in passages)
    return _pages("\n\n".join(found) or _NOTHING_FOUND)


def proposal_pages(said: str, preview: Preview, proposal_id: str) -> tuple[Page, ...]:
    """Say what a change would do, with buttons to apply it or to drop it below all of that."""
    buttons = (Button("Apply", Action.APPLY, proposal_id), Button("Discard", Action.DISCARD, proposal_id))
    texts = (said, effects_in_words(preview, _MOST_DIFFERENCES), _APPLY)
    return rendering.pages(texts, Page(rows=(buttons,)))


def notice_pages(notice: Notice) -> tuple[Page, ...]:
    """Tell somebody that their question is answered now."""
    answer = Reply("chat", notice.answer.text, notice.answer.citations)
    return rendering.reply_pages(answer, "0", Setting(notice.question, opening=_ANSWERED))


def _asked(gap: Gap) -> str:
    return f"{rendering.shortened(gap.question, _LONGEST_GAP)} ({gap.count}×)"


def _entry(entry: HistoryEntry) -> str:
    lines = [f"**{entry.edition}** · <t:{int(entry.created_at.timestamp())}:f> · {entry.actor}: {entry.note}"]
    lines += [
        f"- {word}: {', '.join(titles)}"
        for word, titles in (("added", entry.added), ("changed", entry.changed), ("removed", entry.removed))
        if titles
    ]
    return "\n".join(lines)


def _pages(text: str) -> tuple[Page, ...]:
    """Lay out one text, for Discord shows no more than forty to a message."""
    laid = rendering.pages([text])
    return laid if len(laid) <= _MOST_PAGES else (*laid[: _MOST_PAGES - 1], *rendering.text_page(_MORE))
