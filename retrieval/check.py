"""Lets through what a model may say: what its sources bear out, and words that state nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from knowledge.library import StoredChunk
from knowledge.yamls import read_yaml
from retrieval.claims import Reader
from retrieval.pieces import Piece
from retrieval.prompts import PROMPTS
from retrieval.verify import Verifier

_UNCITED = PROMPTS / "uncited.yaml"
# Encouragement and questions back are short.
_MOST_UNCITED_WORDS = 24
_MOST_WORDS = 60
# What could ping, hide where a link leads, or break out of plain text.
_MARKUP = re.compile(r"[<>`|\\{}]|\]\(|!\[|\[\[|@(?:everyone|here)\b|\b\w[\w+.-]*:/|www\.", re.IGNORECASE)
_LINK = re.compile(r"\bhttps?://[^\s)\]]+", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:(?:so|and|or|now|then|but),? )?(?:what|which|who|where|when|how|why|do|does|did|is|are|was|have|has"
    r"|would|could|can|will|should|shall|may|any|anything|want|curious|ready)\b",
    re.IGNORECASE,
)
# What a guide says to whoever answers is no statement about the field.
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|above|previous|prior|prompt)"
    r"|\b(?:system|developer) (?:prompt|message)|\byou are now\b|\bas an ai\b|\b(?:the )?assistants?\b"
    r"|\b(?:tell|inform|convince|warn) (?:the |every |all |your )?(?:users?|readers?|persons?|everyone)\b"
    r"|\b(?:respond|reply|answer|write|say|print|output|repeat)\b.{0,20}"
    r"(?:[“\"':]|\b(?:with|only|exactly|always|that)\b)",
    re.IGNORECASE | re.DOTALL,
)


class Checker:
    """Decides about each piece before anybody reads it."""

    def __init__(self, verifier: Verifier, reader: Reader, words: Mapping[str, str]) -> None:
        """Verify what cites a source; know the words of what need not."""
        self._verifier = verifier
        self._reader = reader
        self._encouraging = self._stems(words["encouragement"])
        self._asking = self._encouraging | self._stems(words["questions"])

    @classmethod
    def load(cls, verifier: Verifier, reader: Reader, path: Path = _UNCITED) -> Self:
        """Read the project's words of encouragement and of questions."""
        return cls(verifier, reader, read_yaml(path))

    async def passes(self, piece: Piece, passages: Sequence[StoredChunk]) -> bool:
        """Whether a piece may be shown; marker 1 stands for the first of the passages."""
        cited = [passages[marker - 1] for marker in piece.markers if 0 < marker <= len(passages)]
        if len(cited) < len(piece.markers) or len(piece.text.split()) > _MOST_WORDS:
            return False
        said = _without_sources(piece.text, cited)
        if _MARKUP.search(said):
            return False
        if not cited:
            return piece.kind == "sentence" and self.states_nothing(piece.text)
        return await self._verifier.supported(said, [without_orders(chunk) for chunk in cited])

    def states_nothing(self, text: str) -> bool:
        """Whether a sentence is made of words of encouragement, or of a question back."""
        claim = self._reader.read(text)
        if claim.figures or len(text.split()) > _MOST_UNCITED_WORDS:
            return False
        if not text.rstrip().endswith("?"):
            return self._encouraging.issuperset(claim.words)
        # “It needs no maths?” is a statement that ends like a question.
        return bool(_ASKS.match(text)) and not claim.denied and self._asking.issuperset(claim.words)

    def _stems(self, words: str) -> frozenset[str]:
        return frozenset(self._reader.stem(word) for word in words.split())


def without_orders(chunk: StoredChunk) -> StoredChunk:
    """Leave out of a chunk what speaks to whoever answers, rather than about the field."""
    return replace(chunk, units=tuple(unit for unit in chunk.units if not _ORDER.search(unit.text)))


def _without_sources(text: str, cited: Sequence[StoredChunk]) -> str:
    """Take out the links that lead to a cited passage's own source, and nowhere near it."""
    known = {link for chunk in cited for link in (chunk.link, *_links(chunk.source))}
    return _LINK.sub(lambda link: "" if _links(link[0])[0] in known else link[0], text)


def _links(text: str) -> list[str]:
    """List the links of a text, without the stop of its sentence."""
    return [link.rstrip(".,;:!?") for link in _LINK.findall(text)]
