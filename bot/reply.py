"""What goes into the coach and what comes out, the same for every front end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from retrieval.answer import Citation, Listener, Passage
from retrieval.rewrite import Exchange

# Kinds that JSON speaks of; a skill adds its own.
Kind = Literal["answer", "refusal", "chat", "error", "roles", "comparison", "profile"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a person said: who, where, and the text. A conversation is a user in a channel.

    `private` says that nobody else reads along there, as in a direct message. `id` is the front
    end's own for this message, where it has one: a message with the same id is answered once.
    `listen` hears the reply as it grows, if it grows: each text begins with the one before.
    """

    user: str
    channel: str
    text: str
    private: bool = False
    id: str = ""
    listen: Listener | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick instead of typing: what it is called, and what picking it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with a reply; `alt` tells what it shows to whoever cannot see it."""

    name: str
    alt: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with a reply: its name, and the text that is in it."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FitReason:
    """Why a role fits: what the person said, what it speaks of, and the citation's marker."""

    you: str
    facet: str
    citation: int


@dataclass(frozen=True, slots=True)
class RoleFit:
    """How a role fits a person; `score` is from 0 to 99, `gaps` are skills not spoken of yet."""

    id: str
    title: str
    score: int
    reasons: tuple[FitReason, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the coach says back.

    `text` is Markdown with markers `[n]`, each standing for a citation. `suggestions` are
    messages the person may send next; `exchange` is what their next message may refer to.
    `choices` answer what the reply itself asks. What is `private` nobody else may see.
    `fits` are the roles of a suggestion, best first.
    """

    kind: Kind
    text: str
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    exchange: Exchange | None = None
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    choices: tuple[Choice, ...] = ()
    pictures: tuple[Picture, ...] = ()
    private: bool = False
    fits: tuple[RoleFit, ...] = ()
    documents: tuple[Document, ...] = ()
