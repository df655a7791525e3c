"""Replies as a terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bot.reply import Reply

# Lines wider than this are hard to read, however wide the window is.
WIDTH = 88
PROMPT = "you › "
_MARGIN = (1, 2, 0, 2)
# How many characters a full bar has.
_BAR = 30


def plain(reply: Reply) -> str:
    """A reply as plain text: what it says, then its sources in a line."""
    parts = (reply.text, *documents(reply), bars(reply), offers(reply), sources_line(reply))
    return "\n\n".join(part for part in parts if part)


def sources_line(reply: Reply) -> str:
    """The sources in one line: `[1] Guide › Section · [2] …`."""
    return " · ".join(f"[{citation.marker}] {citation.place}" for citation in reply.citations)


def bars(reply: Reply) -> str:
    """A bar for each role that is suggested, out of 100."""
    widest = max((len(fit.title) for fit in reply.fits), default=0)
    return "\n".join(
        f"{fit.title:<{widest}}  {'█' * round(_BAR * fit.score / 100):·<{_BAR}} {fit.score:>3}"
        for fit in reply.fits
    )


def offers(reply: Reply) -> str:
    """The commands that may answer the reply, where its text does not name them."""
    named = [choice for choice in reply.choices if choice.text.startswith("/") and reply.kind != "profile"]
    return "\n".join(f"{choice.text}  ({choice.label})" for choice in named)


def documents(reply: Reply) -> Sequence[str]:
    """What is in the files that go with a reply; a terminal has no better place for them."""
    return [document.text for document in reply.documents]


def passages(reply: Reply) -> str:
    """The exact passages behind a reply, in Markdown, each with where it comes from."""
    return "\n\n".join(
        f"**[{citation.marker}] {citation.place}**\n\n{citation.quote}\n\n*Source: {citation.source}*"
        + (f" – <{citation.link}>" if citation.link else "")
        for citation in reply.citations
    )


def on_screen(markdown: str) -> RenderableType:
    """Markdown, laid out for a screen."""
    return Padding(Markdown(markdown), _MARGIN)


def reply_on_screen(reply: Reply) -> RenderableType:
    """A reply laid out for a screen: what it says, its sources and what to ask next."""
    return Group(on_screen(reply.text), *what_goes_with(reply))


def what_goes_with(reply: Reply) -> Sequence[RenderableType]:
    """What stands below a reply's text: its sources and what to ask next."""
    parts: list[RenderableType] = [Text(text) for text in documents(reply)]
    if reply.citations:
        parts.append(Padding(Text(sources_line(reply), style="dim"), _MARGIN))
    if shown := "\n\n".join(part for part in (bars(reply), offers(reply)) if part):
        parts.insert(1, Padding(Text(shown, style="cyan"), _MARGIN))
    if reply.kind != "refusal" and reply.suggestions:
        next_ones = "\n".join(f"  {n}  {text}" for n, text in enumerate(reply.suggestions, 1))
        parts.append(Padding(Text(f"Next, you could ask:\n{next_ones}", style="cyan"), _MARGIN))
    return parts
