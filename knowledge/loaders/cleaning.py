"""Takes out of a document what is not its text: frame, filler, adverts, comments, debris.

Every rule is about how such things look or repeat; what is left is the document's own
words in their order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import sentencex

from knowledge.loaders.characters import visible
from knowledge.loaders.document import Block, Document
from knowledge.loaders.frame import (
    invites_comments,
    is_caption,
    is_comments_heading,
    is_frame_heading,
    is_frame_line,
    is_numbered_caption,
    is_remark,
    is_self_talk,
)
from knowledge.loaders.pitch import without_pitches

_SPACE = re.compile(r"\s+")
_BULLET = re.compile(r"^[•●◦▪▫‣⁃∙·○■□◆◇➢➤➔→✓✔✅☑]\s*(?=\S)")
_END = re.compile(r"[.!?…:;][\"'”’)\]]*$")
# “engines.Next”, “What they do:They”, “really?If”: a line break was lost in between.
_LOST_BREAK = re.compile(
    r"(?<=[a-z]{2})[.?!](?=[A-Z“][a-z’'])|(?<=[a-z)]):(?=[A-Z“])|(?<=[a-z)])[?!](?=[A-Z][a-z’' ])"
)
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_OPENING = re.compile(r"^(?P<opening>(?:[^\s,]+\s+){2,11}[^\s,]+,)\s+(?=[A-Z“\"])")
# Repeated so often, a sentence or an opening was put in by a machine.
_OFTEN = 3
_LEAST_REPEATED_WORDS = 5
_STUB_WORDS = 3
_MOST_HEADING_WORDS = 16
_LEAST_CONTENTS = 3


def clean(document: Document) -> Document:
    """Return the document without its frame."""
    blocks: Sequence[Block] = [_tidy(block) for block in document.blocks]
    blocks = _without_contents(blocks)
    blocks = _without_frame_parts(blocks)
    blocks = _without_comments(blocks)
    blocks = [block for block in blocks if not _is_frame(block)]
    blocks = _without_openings(blocks)
    blocks = _without_filler(blocks)
    blocks = without_pitches(blocks)
    blocks = _with_breaks(blocks)
    blocks = _once([_as_it_is(block) for block in blocks])
    title = _flat(visible(document.provenance.title))
    summary = _flat(visible(document.summary))
    return replace(
        document, blocks=tuple(blocks), provenance=replace(document.provenance, title=title), summary=summary
    )


def _tidy(block: Block) -> Block:
    rows = tuple(tuple(_flat(visible(cell)) for cell in row) for row in block.rows)
    text = _flat(visible(block.text))
    if block.kind in {"paragraph", "item"} and (bullet := _BULLET.match(text)):
        return replace(block, kind="item", text=text[bullet.end() :])  # typed, as there were no lists
    return replace(block, text=text, rows=rows, asks=tuple(_flat(visible(ask)) for ask in block.asks))


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _without_contents(blocks: Sequence[Block]) -> list[Block]:
    """Drop a table of contents: lines in a row, each of which heads a part further down."""
    headings = {block.text.casefold(): at for at, block in enumerate(blocks) if block.kind == "heading"}
    kept: list[Block] = []
    for listed, run in groupby(
        enumerate(blocks), lambda each: headings.get(each[1].text.casefold(), -1) > each[0]
    ):
        entries = [block for _, block in run]
        if not listed or len(entries) < _LEAST_CONTENTS:
            kept += entries
    return kept


def _without_frame_parts(blocks: Sequence[Block]) -> list[Block]:
    """Drop parts headed as frame, up to the next heading of their rank; comments, to the end."""
    kept: list[Block] = []
    skipped: int | None = None
    for block in blocks:
        if block.kind == "heading":
            if skipped is not None and block.level > skipped:
                continue
            skipped = block.level if is_frame_heading(block.text) else None
        if skipped is None:
            kept.append(block)
        elif block.kind == "heading" and is_comments_heading(block.text):
            break
    return kept


def _without_comments(blocks: Sequence[Block]) -> Sequence[Block]:
    """Cut what readers left below a line that is all a list of comments says, or invites them."""
    for at, block in enumerate(blocks):
        alone = block.kind != "heading" and is_comments_heading(block.text)
        if block.text and (alone or invites_comments(block.text)):
            rest = [after for after in blocks[at + 1 :] if after.kind != "table"]
            remarks = sum(is_remark(after.text) for after in rest)
            if alone or (rest and 2 * remarks >= len(rest)):
                return blocks[: at + (not alone)]
    return blocks


def _is_frame(block: Block) -> bool:
    if block.kind == "table":
        return not any(cell for row in block.rows for cell in row)
    if block.kind == "heading":
        return not block.text or is_frame_heading(block.text) or is_numbered_caption(block.text)
    return (
        not block.text or is_frame_line(block.text) or (block.kind == "paragraph" and is_caption(block.text))
    )


def _without_openings(blocks: Sequence[Block]) -> list[Block]:
    """Take off an opening that stands, word for word, before many whole sentences."""
    openings = Counter(
        match["opening"]
        for block in blocks
        if block.kind == "paragraph" and (match := _OPENING.match(block.text))
    )
    inserted = {opening for opening, count in openings.items() if count >= _OFTEN}

    def stripped(block: Block) -> Block:
        match = _OPENING.match(block.text)
        if match is None or match["opening"] not in inserted:
            return block
        return replace(block, text=block.text[match.end() :])

    return [stripped(block) for block in blocks]


def _without_filler(blocks: Sequence[Block]) -> list[Block]:
    """Drop sentences by which the page speaks of itself, and those a machine repeats."""
    cut = [list(_sentences(block)) for block in blocks]
    counts = Counter(
        sentence
        for block, sentences in zip(blocks, cut, strict=True)
        if block.kind == "paragraph"
        for sentence in set(sentences)
        if len(sentence.split()) >= _LEAST_REPEATED_WORDS
    )
    kept = []
    for block, sentences in zip(blocks, cut, strict=True):
        own = [
            sentence
            for sentence in sentences
            if not is_self_talk(sentence) and (counts[sentence] < _OFTEN or len(sentences) == 1)
        ]
        if len(own) > 1 and not _END.search(own[-1]) and len(own[-1].split()) <= _STUB_WORDS:
            own.pop()  # the rest of a link: “Learn more”
        if own == sentences:
            kept.append(block)
        elif all(sentence.endswith("?") for sentence in own):
            continue  # the question that led to a call: “Ready to begin?”
        elif own:
            kept.append(replace(block, text=" ".join(own)))
    return kept


def _sentences(block: Block) -> Iterator[str]:
    if block.kind == "table":
        return
    if block.kind == "heading":
        yield block.text
        return
    for sentence in sentencex.segment("en", block.text):
        if said := sentence.strip():
            yield said


def _with_breaks(blocks: Sequence[Block]) -> list[Block]:
    """Put a space where two pieces were run together."""
    words = Counter(word.casefold() for block in blocks for word in _WORD.findall(block.text))

    def opened(block: Block) -> Block:
        text = _LOST_BREAK.sub(lambda match: f"{match[0]} ", block.text)
        if not _END.search(text) and len(text.split()) <= _MOST_HEADING_WORDS:
            text = " ".join(_unglued(word, words) for word in text.split(" "))
        return replace(block, text=text)

    return [opened(block) for block in blocks]


def _unglued(word: str, words: Counter[str]) -> str:
    """Cut “SkillsSoft” where both halves are words of the document and the whole is not."""
    parts = _GLUED.split(word)
    if len(parts) != 2 or words[_letters(word)] > 1 or not all(words[_letters(part)] for part in parts):  # noqa: PLR2004
        return word
    return " / ".join(parts)


def _letters(text: str) -> str:
    found = _WORD.findall(text)
    return found[0].casefold() if found else ""


def _as_it_is(block: Block) -> Block:
    """A heading that is a sentence is a paragraph; a line without an end is a point."""
    if block.kind == "heading":
        ended = block.text.endswith((".", "!", ";", "…")) and not re.search(
            r"\b(?:etc|vs|Inc|Jr|[A-Z])\.$", block.text
        )
        if ended or len(block.text.split()) > _MOST_HEADING_WORDS:
            return Block("paragraph", block.text)
    elif block.kind == "paragraph" and not _END.search(block.text):
        return Block("item", block.text)
    return block


def _once(blocks: Sequence[Block]) -> list[Block]:
    """Keep what stands there twice once: teasers and pull quotes repeat what an article says."""
    inner = {
        _unquoted(sentence)
        for block in blocks
        if block.kind == "paragraph" and len(sentences := list(_sentences(block))) > 1
        for sentence in sentences
    }
    seen: set[str] = set()
    kept = []
    for block in blocks:
        if block.kind in {"paragraph", "item"} and len(block.text.split()) >= _LEAST_REPEATED_WORDS:
            if block.text in seen or _unquoted(block.text) in inner:
                continue
            if block.kind == "paragraph":
                seen.add(block.text)
        kept.append(block)
    return kept


def _unquoted(text: str) -> str:
    return text.strip("“”\"'‘’ ").rstrip(".").casefold()
