"""Splits long Markdown into parts of a given size where a reader would: paragraphs, lines, sentences.

Nothing is lost but white space at the cuts. A code fence that is itself too long is closed and
opened again. A link or marker is cut only where it alone is longer than a part may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import regex

# From the cut a reader minds least to the one they mind most. Each matches what ends a piece.
_ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'”’)*_]*(?:\s\[\d+\][.!?]?)*\s+"),
    re.compile(r"\s+"),
)
# What stays in one piece: links, bare addresses, markers, inline code, mentions.
_WHOLE = re.compile(r"!?\[[^\]\n]*\]\([^)\s]*\)|<[^<>\s]+>|https?://\S+|(?:\s?\[\d+\])+|`[^`\n]+`")
_FENCE = re.compile(
    r"^(?P<fence>```+|~~~+)(?P<info>[^\n]*)\n(?P<body>.*?)(?:^(?P=fence)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_GRAPHEME = regex.compile(r"\X")


def size(text: str) -> int:
    """Count characters as Discord's apps do: those outside Unicode's first plane count twice."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int) -> list[str]:
    """Split Markdown into parts of at most `limit` characters, in order, none of them blank."""
    if size(text) <= limit:
        return [text] if text.strip() else []
    return [part.lstrip("\n").rstrip() for part in _pack(_pieces(text, limit), limit) if part.strip()]


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Cut text around its code fences, each fence by itself."""
    done = 0
    for fence in _FENCE.finditer(text):
        yield from _cut(text[done : fence.start()], limit, _ENDS)
        yield from _cut_fence(fence, limit)
        done = fence.end()
    yield from _cut(text[done:], limit, _ENDS)


def _cut_fence(fence: re.Match[str], limit: int) -> Iterator[str]:
    if size(fence[0]) <= limit:
        yield fence[0]
        return
    opening, closing = f"{fence['fence']}{fence['info']}\n", f"\n{fence['fence']}"
    room = limit - size(opening) - size(closing)
    if room < 1:
        yield from _cut(fence[0], limit, ())
        return
    for body in _pack(_cut(fence["body"], room, (_ENDS[1],)), room):
        lines = body.rstrip("\n")
        yield f"{opening}{lines}{closing}\n"


def _cut(text: str, limit: int, ends: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """Cut text into pieces of at most `limit`, each as large a unit as will fit."""
    if size(text) <= limit:
        yield text
    elif not ends:
        yield from _pack(_graphemes(text, limit), limit)
    else:
        for piece in _at(ends[0], text):
            yield from _cut(piece, limit, ends[1:])


def _at(end: re.Pattern[str], text: str) -> Iterator[str]:
    """Cut text after each match of `end` that does not lie within what stays whole."""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    done = 0
    for match in end.finditer(text):
        cut = match.end()
        if cut > done and not any(start < cut < stop for start, stop in whole):
            yield text[done:cut]
            done = cut
    if done < len(text):
        yield text[done:]


def _graphemes(text: str, limit: int) -> Iterator[str]:
    """Cut text between the characters that a reader sees, emoji and accents kept whole."""
    for cluster in _GRAPHEME.findall(text):
        yield from [cluster] if size(cluster) <= limit else cluster


def _pack(pieces: Iterable[str], limit: int) -> Iterator[str]:
    """Join pieces, in order, into parts as full as fit."""
    part = ""
    for piece in pieces:
        if part and size(part + piece.rstrip()) > limit:
            yield part
            part = ""
        part += piece
    if part:
        yield part
