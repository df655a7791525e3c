"""Replies as Discord shows them: pages of text, pictures and buttons. Pure; sends nothing.

With Components V2, for seen side by side on a phone an embed's frame made lines narrower and type
smaller, and questions had to stand on buttons, where phones cut them after some 38 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from bot.frontends.discord import limits
from bot.frontends.discord.splitting import size, split
from bot.frontends.discord.tables import without_tables
from bot.reply import Document, Picture, Reply

# A question that is quoted above its answer; the rest of a longer one says no more about it.
QUOTED_QUESTION = 300
# Longer than any question that the coach offers, or than one need be to be known again.
_LONGEST_ENTRY = 300
_BARE_COMMAND = re.compile(r"\s*/\w+\s*")
_BEFORE_MARKER = re.compile(r" (?=\[\d+\])")
_BLANK_LINES = re.compile(r"\n{3,}")

_FOR_YOU_ALONE = (
    "I have something for you that is nobody else's business. Press the button and only you see it."
)


class Action(StrEnum):
    """What a button does; it is kept in the button itself, so that it works after a restart."""

    SAY = "say"
    SOURCES = "sources"
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"
    THREAD = "thread"
    MODERATORS = "moderators"
    SHOW = "show"
    LAST_SOURCES = "last-sources"
    ASK_TO_FORGET = "ask-to-forget"
    FORGET = "forget"
    KEEP = "keep"
    APPLY = "apply"
    DISCARD = "discard"
    FILL_GAP = "fill-gap"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its label, what it does, and for which message.

    `offer` numbers the text that it says, among the texts offered with that message.
    """

    label: str
    action: Action
    message_id: str = "0"
    offer: int = 0
    emoji: str | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that is read in full, and beside it the short button that does something with it."""

    text: str
    button: Button


@dataclass(frozen=True, slots=True)
class Page:
    """What fits into one message of Discord's, from top to bottom."""

    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    documents: tuple[Document, ...] = ()
    entries: tuple[Entry, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()


_NOTHING = Page()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a reply is shown: above it an `opening`, and the `question` if nothing else shows it."""

    question: str = ""
    can_thread: bool = False
    opening: str = ""


def offers(reply: Reply) -> tuple[str, ...]:
    """List the texts that a reply's buttons say."""
    return (*(choice.text for choice in reply.choices), *reply.suggestions)


def reply_pages(reply: Reply, message_id: str, setting: Setting) -> tuple[Page, ...]:
    """Lay out a reply to the message with this id."""
    texts = [setting.opening, quoted(setting.question), _text(reply), _sources(reply)]
    labels = [choice.label for choice in reply.choices]
    asked = questions(reply.suggestions, message_id, after=len(labels))
    said = [
        *(
            Button(shortened(label, limits.BUTTON_LABEL), Action.SAY, message_id, n)
            for n, label in enumerate(labels)
        ),
        # A command is short, and is not asked.
        *(replace(entry.button, label=entry.text) for entry in asked if _is_bare_command(entry.text)),
    ]
    rest = Page(
        pictures=reply.pictures,
        documents=reply.documents,
        entries=tuple(entry for entry in asked if not _is_bare_command(entry.text)),
        rows=(*_in_rows(said), *_in_rows(tuple(_tools(reply, message_id, setting)))),
    )
    return pages(texts, rest)


def questions(texts: Sequence[str], message_id: str, after: int = 0) -> tuple[Entry, ...]:
    """Offer texts to ask next, each with a button that says it; `after` so many other offers."""
    return tuple(
        Entry(shortened(text, _LONGEST_ENTRY), Button("Ask", Action.SAY, message_id, n))
        for n, text in enumerate(texts, after)
    )


def growing_page(text: str, question: str) -> tuple[Page, ...]:
    """Lay out as much of a growing reply as fits on its first page; the rest comes when it is whole."""
    return pages([quoted(question), text])[:1]


def for_you_alone(message_id: str) -> tuple[Page, ...]:
    """Lay out, for everybody to see, that there is a reply for one person's eyes."""
    return text_page(_FOR_YOU_ALONE, Button("Show me", Action.SHOW, message_id, emoji="🔒"))


def sources_pages(reply: Reply) -> tuple[Page, ...]:
    """Lay out the exact passages behind a reply, each with where it comes from."""
    return pages(
        f"**[{citation.marker}] {citation.place}**\n{_blockquote(without_tables(citation.quote))}\n"
        f"-# Source: {citation.source}{_way_to(citation.link)}"
        for citation in reply.citations
    )


def text_page(text: str, *buttons: Button) -> tuple[Page, ...]:
    """Lay out a plain sentence or two, with buttons in a row."""
    return pages([text], Page(rows=tuple(_in_rows(buttons))))


def pages(texts: Iterable[str], rest: Page = _NOTHING) -> tuple[Page, ...]:
    """Lay out texts, and the rest below them, on as many pages as they need."""
    pieces = [
        *(Page((part,)) for text in texts for part in split(without_tables(text), limits.MESSAGE_TEXT)),
        Page(rest.texts, rest.pictures, rest.documents),
        *(Page(entries=(entry,)) for entry in rest.entries),
        *(Page(rows=(row,)) for row in rest.rows),
    ]
    laid = [Page()]
    for piece in pieces:
        together = _joined(laid[-1], piece)
        laid[-1:] = [together] if _fits(together) else [laid[-1], piece]
    return tuple(laid)


def _joined(above: Page, below: Page) -> Page:
    return Page(*(getattr(above, each.name) + getattr(below, each.name) for each in fields(Page)))


def _fits(page: Page) -> bool:
    """Whether Discord takes all this in one message."""
    characters = sum(map(size, (*page.texts, *(entry.text for entry in page.entries))))
    # An entry is a section with a text and a button, and a row counts beside its buttons.
    components = len(page.texts) + bool(page.pictures) + len(page.documents) + 3 * len(page.entries)
    components += sum(1 + len(row) for row in page.rows)
    return characters <= limits.MESSAGE_TEXT and components <= limits.MESSAGE_COMPONENTS


def quoted(question: str) -> str:
    """Quote what was asked; a long question only as far as it takes to recognise it."""
    # Discord shows who used a command, but not the words that came with it.
    if not question.strip() or _is_bare_command(question):
        return ""
    return _blockquote(shortened(question, QUOTED_QUESTION))


def shortened(text: str, limit: int) -> str:
    """Shorten text to one line of at most `limit` characters."""
    line = " ".join(text.split())
    if size(line) <= limit:
        return line
    return f"{split(line, limit - 1)[0].rstrip()}…"


def _is_bare_command(text: str) -> bool:
    return _BARE_COMMAND.fullmatch(text) is not None


def _text(reply: Reply) -> str:
    """Leave out of a text what stands below it anyway, and keep each marker beside its word."""
    below = {f"{n}. {choice.label}" for n, choice in enumerate(reply.choices, 1)}
    if reply.kind == "refusal":
        below |= {f"- {topic}" for topic in reply.suggestions}
    kept = "\n".join(line for line in reply.text.splitlines() if line not in below).rstrip()
    return _BEFORE_MARKER.sub("\N{NO-BREAK SPACE}", _BLANK_LINES.sub("\n\n", kept))


def _sources(reply: Reply) -> str:
    """Name the sections that are quoted, in small type, a line for each guide."""
    places: dict[str, list[str]] = {}
    for citation in reply.citations:
        marker = f"[{citation.marker}]\N{NO-BREAK SPACE}"
        if citation.guide in places:
            places[citation.guide].append(f"{marker}{citation.section}")
        else:
            places[citation.guide] = [f"{marker}{citation.place}"]
    return "\n".join(f"-# {' · '.join(sections)}" for sections in places.values())


def _way_to(link: str) -> str:
    # A bracket of the address's own would end the link.
    return f" · [open]({link.replace('(', '%28').replace(')', '%29')})" if link else ""


def _blockquote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _tools(reply: Reply, message_id: str, setting: Setting) -> Iterator[Button]:
    if reply.citations:
        yield Button("Sources", Action.SOURCES, message_id, emoji="📖")
    if reply.kind == "refusal":
        yield Button("Ask the moderators", Action.MODERATORS, message_id, emoji="🙋")
    if reply.kind == "answer":
        yield Button("", Action.HELPFUL, message_id, emoji="👍")
        yield Button("", Action.UNHELPFUL, message_id, emoji="👎")
    if setting.can_thread and reply.kind != "error":
        yield Button("Thread", Action.THREAD, message_id, emoji="🧵")


def _in_rows(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    for start in range(0, len(buttons), limits.ROW_BUTTONS):
        yield tuple(buttons[start : start + limits.ROW_BUTTONS])
