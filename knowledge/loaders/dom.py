"""A tree of elements, from HTML or from trafilatura, → blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from knowledge.loaders.document import Block

_SPACE = re.compile(r"\s+")
# trafilatura's names stand beside HTML's.
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "head", "summary"}
_LISTS = {"ul", "ol", "list", "dl"}
_ITEMS = {"li", "item"}
_PARAGRAPHS = {"p", "pre", "quote", "blockquote", "dd", "figcaption"}
_BREAKS = {"br", "lb"}
_BOLD = {"b", "strong"}
_UNSEEN = {"script", "style", "noscript", "template", "svg", "graphic", "img", "head-meta"}
_DEFAULT_LEVEL = 2


def blocks_of(root: _Element) -> Iterator[Block]:
    """Yield the blocks of a tree in reading order."""
    yield from _walk(root, depth=-1)


def _walk(element: _Element, depth: int) -> Iterator[Block]:
    loose: list[str] = [element.text or ""]
    for child in element:
        tag = _tag(child)
        if tag in _UNSEEN:
            loose.append(child.tail or "")
        elif _is_block(child):
            yield from _paragraphs("".join(loose))
            yield from _block(child, tag, depth)
            loose = [child.tail or ""]
        else:
            loose.append("\n" if tag in _BREAKS else _text(child))
            loose.append(child.tail or "")
    yield from _paragraphs("".join(loose))


def _block(element: _Element, tag: str, depth: int) -> Iterator[Block]:
    if tag in _HEADINGS:
        yield Block("heading", _flat(_text(element)), _level(element, tag))
    elif tag == "dt" or (tag in _PARAGRAPHS and _is_bold(element)):
        yield Block("heading", _flat(_text(element)), 6)
    elif tag == "table":
        yield from _table(element)
    elif tag in _LISTS:
        yield from _walk(element, depth + (tag != "dl"))
    elif tag in _ITEMS:
        yield from _item(element, max(depth, 0))
    else:
        if tag in _PARAGRAPHS and (lead := _bold_line(element)) is not None:
            yield Block("heading", _flat(_text(lead)), 6)
            element.remove(lead)
        yield from _walk(element, depth)


def _bold_line(element: _Element) -> _Element | None:
    """Return what a paragraph begins with if it is a bold line of its own: a heading by looks."""
    first = next(iter(element), None)
    if first is None or not _bold(first) or (element.text or "").strip() or (first.tail or "").strip():
        return None
    after = first.getnext()
    return first if after is not None and _tag(after) in _BREAKS else None


def _item(element: _Element, depth: int) -> Iterator[Block]:
    inner = list(_walk(element, depth))
    own = [block for block in inner if block.kind == "paragraph"]
    if len(own) == 1 or (own and len(own) < len(inner)):
        first = own[0]
        yield Block("item", first.text, depth)
        yield from (block for block in inner if block is not first)
    elif own:
        yield Block("item", " ".join(block.text for block in own), depth)
    else:
        yield from inner


def _table(element: _Element) -> Iterator[Block]:
    rows = []
    for row in element.iter("tr", "row"):
        cells = tuple(_flat(_text(cell)) for cell in row if _tag(cell) in {"td", "th", "cell"})
        if any(cells):
            rows.append(cells)
    if len(rows) > 1 and max(map(len, rows)) > 1:
        yield Block("table", rows=tuple(rows))
    else:
        yield from (Block("paragraph", cell) for row in rows for cell in row if cell)


def _paragraphs(text: str) -> Iterator[Block]:
    for line in text.split("\n\n") if "\n\n" in text else [text]:
        if said := _flat(line):
            yield Block("paragraph", said)


def _is_block(element: _Element) -> bool:
    tag = _tag(element)
    if tag in _HEADINGS | _LISTS | _ITEMS | _PARAGRAPHS | {"table", "dt"}:
        return True
    if tag == "code":  # trafilatura's name for lines of a program, too
        return "\n" in _text(element).strip()
    return tag in {"div", "section", "article", "main", "body", "details", "header", "figure", "row"} or any(
        _is_block(child) for child in element
    )


def _is_bold(element: _Element) -> bool:
    """Whether a paragraph is nothing but bold words: a heading by looks."""
    bold = "".join(_text(child) for child in element.iter() if _bold(child))
    return bool(bold.strip()) and _flat(bold) == _flat(_text(element))


def _bold(element: _Element) -> bool:
    return _tag(element) in _BOLD or (_tag(element) == "hi" and element.get("rend") == "#b")


def _text(element: _Element) -> str:
    if _tag(element) in _UNSEEN:
        return ""
    parts = [element.text or ""]
    for child in element:
        parts.append("\n" if _tag(child) in _BREAKS else _text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _level(element: _Element, tag: str) -> int:
    digits = re.sub(r"\D", "", element.get("rend", "") if tag == "head" else tag)
    return int(digits) if digits else _DEFAULT_LEVEL


def _tag(element: _Element) -> str:
    return element.tag if isinstance(element.tag, str) else "script"  # a comment has no name


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
