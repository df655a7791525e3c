"""What goes into the coach and what comes out, the same for every front end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from retrieval.answer import Citation, Passage
from retrieval.rewrite import Exchange

Kind = Literal["answer", "refusal", "chat", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a person said: who, where, and the text. A conversation is a user in a channel."""

    user: str
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the coach says back.

    `text` is Markdown with markers `[n]`, each standing for a citation. `suggestions` are
    messages the person may send next; `exchange` is what their next message may refer to.
    """

    kind: Kind
    text: str
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    exchange: Exchange | None = None
    passages: tuple[Passage, ...] = field(default=(), repr=False)
