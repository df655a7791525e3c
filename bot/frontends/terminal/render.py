"""Replies as a terminal shows them."""

from __future__ import annotations

from bot.reply import Reply


def plain(reply: Reply) -> str:
    """A reply as plain text: what it says, then its sources in a line."""
    return f"{reply.text}\n\n{sources_line(reply)}" if reply.citations else reply.text


def sources_line(reply: Reply) -> str:
    """The sources in one line: `[1] Guide › Section · [2] …`."""
    return " · ".join(f"[{citation.marker}] {citation.place}" for citation in reply.citations)


def passages(reply: Reply) -> str:
    """The exact passages behind a reply, in Markdown, each with where it comes from."""
    return "\n\n".join(
        f"**[{citation.marker}] {citation.place}**\n\n{citation.quote}\n\n*Source: {citation.source}*"
        for citation in reply.citations
    )
