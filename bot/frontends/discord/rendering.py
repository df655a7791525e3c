"""Replies as Discord shows them: pages of text, pictures and buttons. Pure; sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.frontends.discord import limits
from bot.frontends.discord.splitting import size, split
from bot.frontends.discord.tables import without_tables
from bot.reply import Document, Picture, Reply

# A question that is quoted above its answer; the rest of a longer one says no more about it.
QUOTED_QUESTION = 300

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
class Page:
    """What fits into one message of Discord's."""

    texts: tuple[str, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    pictures: tuple[Picture, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a reply is shown: above it the `question`, if nothing else shows what was asked."""

    question: str = ""
    can_thread: bool = False


def offers(reply: Reply) -> tuple[str, ...]:
    """List the texts that a reply's buttons say."""
    return (*(choice.text for choice in reply.choices), *reply.suggestions)


def reply_pages(reply: Reply, message_id: str, setting: Setting) -> tuple[Page, ...]:
    """Lay out a reply to the message with this id."""
    texts = [quoted(setting.question), _text(reply), _sources_line(reply)]
    *before, last = pages(texts, tuple(_rows(reply, message_id, setting)), reply.pictures)
    return (*before, replace(last, documents=reply.documents))


def growing_page(text: str, question: str) -> tuple[Page, ...]:
    """Lay out as much of a growing reply as fits on its first page; the rest comes when it is whole."""
    return pages([quoted(question), text])[:1]


def for_you_alone(message_id: str) -> tuple[Page, ...]:
    """Lay out, for everybody to see, that there is a reply for one person's eyes."""
    return pages([_FOR_YOU_ALONE], ((Button("Show me", Action.SHOW, message_id, emoji="🔒"),),))


def sources_pages(reply: Reply) -> tuple[Page, ...]:
    """Lay out the exact passages behind a reply, each with where it comes from."""
    return pages(
        f"**[{citation.marker}] {citation.place}**\n{_blockquote(without_tables(citation.quote))}\n"
        f"-# Source: {citation.source}"
        for citation in reply.citations
    )


def text_page(text: str, *buttons: Button) -> tuple[Page, ...]:
    """Lay out a plain sentence or two, with buttons in a row."""
    return pages([text], (buttons,) if buttons else ())


def pages(
    texts: Iterable[str], rows: tuple[tuple[Button, ...], ...] = (), pictures: tuple[Picture, ...] = ()
) -> tuple[Page, ...]:
    """Lay out texts on as many pages as they need; pictures and buttons go on the last."""
    laid: list[Page] = []
    for text in texts:
        for part in split(without_tables(text), limits.MESSAGE_TEXT):
            last = laid[-1] if laid else Page(())
            if laid and sum(map(size, last.texts)) + size(part) <= limits.MESSAGE_TEXT:
                laid[-1] = replace(last, texts=(*last.texts, part))
            else:
                laid.append(Page((part,)))
    last = laid.pop() if laid else Page(())
    return (*laid, replace(last, rows=rows, pictures=pictures))


def quoted(question: str) -> str:
    """Quote what was asked; a long question only as far as it takes to recognise it."""
    return _blockquote(shortened(question, QUOTED_QUESTION)) if question.strip() else ""


def shortened(text: str, limit: int) -> str:
    """Shorten text to one line of at most `limit` characters."""
    line = " ".join(text.split())
    if size(line) <= limit:
        return line
    return f"{split(line, limit - 1)[0].rstrip()}…"


def _text(reply: Reply) -> str:
    """Leave out of a refusal's text the topics that stand on its buttons."""
    if reply.kind != "refusal":
        return reply.text
    on_buttons = {f"- {topic}" for topic in reply.suggestions}
    return "\n".join(line for line in reply.text.splitlines() if line not in on_buttons)


def _sources_line(reply: Reply) -> str:
    places = " · ".join(f"[{citation.marker}] {citation.place}" for citation in reply.citations)
    return f"-# {places}" if places else ""


def _blockquote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _rows(reply: Reply, message_id: str, setting: Setting) -> Iterator[tuple[Button, ...]]:
    labels = [choice.label for choice in reply.choices]
    said = [
        Button(shortened(label, limits.BUTTON_LABEL), Action.SAY, message_id, n)
        for n, label in enumerate(labels)
    ]
    yield from _in_rows(said)
    # A question is long, so that each gets a row of its own.
    for n, question in enumerate(reply.suggestions, len(labels)):
        yield (Button(shortened(question, limits.BUTTON_LABEL), Action.SAY, message_id, n),)
    if tools := tuple(_tools(reply, message_id, setting)):
        yield tools


def _tools(reply: Reply, message_id: str, setting: Setting) -> Iterator[Button]:
    if reply.citations:
        yield Button("Sources", Action.SOURCES, message_id, emoji="📖")
    if reply.kind == "refusal":
        yield Button("Ask the moderators", Action.MODERATORS, message_id, emoji="🙋")
    if reply.kind == "answer":
        yield Button("", Action.HELPFUL, message_id, emoji="👍")
        yield Button("", Action.UNHELPFUL, message_id, emoji="👎")
    if setting.can_thread and reply.kind != "error":
        yield Button("Go on in a thread", Action.THREAD, message_id, emoji="🧵")


def _in_rows(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    for start in range(0, len(buttons), limits.ROW_BUTTONS):
        yield tuple(buttons[start : start + limits.ROW_BUTTONS])
