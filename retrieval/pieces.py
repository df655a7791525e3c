"""A stream of text → whole sentences and list items, as soon as each is complete."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Literal

import sentencex

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_MARKERS = re.compile(r"\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# "… algebra. [1] Next": the marker belongs to the sentence before it.
_STRAY_MARKERS = re.compile(r"([.!?])((?:\s*\[\s*\d+(?:\s*,\s*\d+)*\s*\])+)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or list item that a model wrote, without its markers and marks."""

    text: str
    markers: tuple[int, ...]
    kind: Literal["sentence", "item"]
    paragraph: int


async def pieces(stream: AsyncIterable[str]) -> AsyncGenerator[Piece]:
    """Yield the pieces of a stream; an unfinished one at its end comes last."""
    cutter = _Cutter()
    async for text in stream:
        for piece in cutter.take(text):
            yield piece
    for piece in cutter.finish():
        yield piece


class _Cutter:
    """Holds the line that is being written."""

    def __init__(self) -> None:
        self._line = ""
        self._paragraph = 0
        self._in_list = False

    def take(self, text: str) -> Iterator[Piece]:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            yield from self._cut(line)
        if not _BULLET.match(self._line):
            yield from self._finished_sentences()

    def finish(self) -> Iterator[Piece]:
        line, self._line = self._line, ""
        yield from self._cut(line)

    def _cut(self, line: str) -> Iterator[Piece]:
        if not line.strip():
            self._paragraph += 1
            return
        is_item = bool(_BULLET.match(line))
        self._paragraph += is_item != self._in_list
        self._in_list = is_item
        if is_item:
            yield from self._piece(_BULLET.sub("", line), "item")
        else:
            for sentence in _sentences(_HEADING.sub("", line)):
                yield from self._piece(sentence, "sentence")

    def _finished_sentences(self) -> Iterator[Piece]:
        """Yield all but the last sentence of the line; a marker may still follow that one."""
        *done, last = _sentences(self._line) or [""]
        if done and not last.lstrip().startswith("["):
            self._line = last
            yield from self._cut(" ".join(done))

    def _piece(self, text: str, kind: Literal["sentence", "item"]) -> Iterator[Piece]:
        numbers = [int(n) for found in _MARKERS.finditer(text) for n in found[1].split(",")]
        plain = _EMPHASIS.sub(r"\2", _MARKERS.sub("", text)).strip()
        if plain:
            yield Piece(plain, tuple(dict.fromkeys(numbers)), kind, self._paragraph)


def _sentences(text: str) -> list[str]:
    joined = _STRAY_MARKERS.sub(r"\2\1", text)
    return [sentence for sentence in sentencex.segment("en", joined) if sentence.strip()]
