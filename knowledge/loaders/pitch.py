"""Takes out where a page sells what its publisher offers.

A seller speaks as “we” and says who that is: “At NAME, we specialize in …”. A part headed by that
name is an advert, and so is a sentence elsewhere that commends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sentencex

from knowledge.loaders.document import Block

_NAME = r"[A-Z][\w.&’'-]*(?: [A-Z][\w.&’'-]*){0,3}"
_OFFER = (
    r"(?:speciali[sz]e|offer|provide|help|can help|have helped|are here|make it|connect|pair|train|coach)"
)
_SELLER = re.compile(rf"\bAt (?P<name>{_NAME}), (?:we|our \w+) {_OFFER}\b")
_COMMENDING = r"(?:\b(?:we|us|our|you|your)\b|\bhelp(?:s|ed)?\b)"
# Who is named in more of a text than this is what it is about.
_SELDOM = 0.05


def without_pitches(blocks: Sequence[Block]) -> list[Block]:
    """Drop the parts that a seller's name heads, to the next heading of their rank, and what commends it."""
    text = " ".join(block.text for block in blocks)
    sellers = {match["name"] for match in _SELLER.finditer(text)}
    seldom = {name for name in sellers if _share(name, blocks) <= _SELDOM}
    if not seldom:
        return list(blocks)
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(seldom)))})\b")
    return [kept for block in _without_parts(blocks, named) if (kept := _without_praise(block, named))]


def _share(name: str, blocks: Sequence[Block]) -> float:
    return sum(name in block.text for block in blocks) / len(blocks)


def _without_parts(blocks: Sequence[Block], named: re.Pattern[str]) -> Iterator[Block]:
    skipped: int | None = None
    for block in blocks:
        if block.kind == "heading" and (skipped is None or block.level <= skipped):
            skipped = block.level if named.match(block.text) else None
        if skipped is None:
            yield block


def _without_praise(block: Block, named: re.Pattern[str]) -> Block | None:
    if block.kind == "table" or not named.search(block.text):
        return block
    sentences = [sentence.strip() for sentence in sentencex.segment("en", block.text)]
    own = [
        each for each in sentences if not (named.search(each) and re.search(_COMMENDING, each, re.IGNORECASE))
    ]
    return replace(block, text=" ".join(own)) if any(own) else None
