"""A web page → a document.

trafilatura tells a page's text from its frame and reads who wrote it; what it leaves of
the frame, `cleaning.py` takes out.
"""

from __future__ import annotations

import re
from itertools import pairwise

import trafilatura
from lxml import html as lxml_html
from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.settings import Document as Extracted

from knowledge.loaders.document import Block, Document, Provenance, UnreadableError
from knowledge.loaders.dom import blocks_of

# Parts that are frame by their name, for pages of which trafilatura keeps next to nothing.
_FRAME_TAGS = {
    "nav", "header", "footer", "form", "script", "style", "noscript", "iframe", "button", "dialog"
}  # fmt: skip
_OUTERMOST = {"html", "body", "main", "article"}
_FRAME_NAMES = re.compile(
    r"\b(?:comments?|share|social|cookie|consent|advert|ads?|promo|related|newsletter|breadcrumbs?|menu"
    r"|byline|\w*nav|toc|popup|banner)\b",
    re.IGNORECASE,
)
# What stands beside a text may be frame, or a box that belongs to it: a box says something at length.
_BESIDE_TAG, _BESIDE_NAMES = "aside", re.compile(r"\b(?:sidebar|aside)\b", re.IGNORECASE)
_BOX_WORDS = 30
# Lists that are links and little else lead elsewhere.
_LIST_TAGS = {"ul", "ol", "dl"}
_MOST_LINKED = 0.8
_LEAST_LINKS = 3
# trafilatura is trusted when it keeps this share of the words left without the frame, and does not
# lose the headings altogether: some books wrap theirs in boxes that it leaves out.
_ENOUGH = 0.5
_LEAST_HEADINGS, _HEADED_WORDS = 2, 10


def read_html(text: str) -> Document:
    """Read a page.

    Raises:
        UnreadableError: there is no text on it.

    """
    tree = _tree(text)
    extracted = trafilatura.bare_extraction(
        text,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    plain = _without_frame(tree)
    kept: tuple[Block, ...] = ()
    if isinstance(extracted, Extracted):
        kept = tuple(blocks_of(extracted.body))
    headless = not _headings(kept) and _headings(plain) >= _LEAST_HEADINGS
    blocks = plain if headless or _words(kept) < _ENOUGH * _words(plain) else kept
    if not blocks:
        raise UnreadableError("There is no text on this page. Does it need a script to show it?")
    return Document(blocks, _provenance(tree, extracted if isinstance(extracted, Extracted) else None))


def read_fragment(text: str) -> Document:
    """Read HTML that has no frame, such as a converter writes; its first `h1` is the title."""
    blocks = tuple(blocks_of(lxml_html.fragment_fromstring(text, create_parent="div")))
    title = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), "")
    return Document(blocks, Provenance(title=title))


def _tree(text: str) -> _Element:
    try:
        return lxml_html.document_fromstring(text.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (ValueError, lxml_html.etree.LxmlError) as error:
        raise UnreadableError("This page has no text that can be read.") from error


def _without_frame(tree: _Element) -> tuple[Block, ...]:
    for element in list(tree.iter()):
        if not isinstance(element, HtmlElement) or (parent := element.getparent()) is None:
            continue
        beside = _is_beside(element)
        if _is_frame(element) or (beside and not _is_box(element)):
            element.drop_tree()
        elif beside:
            # What follows a box goes on under the heading before it.
            tail, element.tail = element.tail, None
            element.addnext(span := lxml_html.Element("span"))
            span.tail = tail
            parent.append(element)
    body = tree.find("body")
    return tuple(blocks_of(tree if body is None else body))


def _is_frame(element: HtmlElement) -> bool:
    names = " ".join(element.get(name, "") for name in ("class", "id", "role"))
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    called = _FRAME_NAMES.search(names) is not None and element.tag not in _OUTERMOST
    leads_elsewhere = element.tag in _LIST_TAGS and _leads_elsewhere(element)
    return element.tag in _FRAME_TAGS or hidden or called or leads_elsewhere


def _is_beside(element: HtmlElement) -> bool:
    names = " ".join(element.get(name, "") for name in ("class", "id"))
    return element.tag == _BESIDE_TAG or _BESIDE_NAMES.search(names) is not None


def _is_box(element: HtmlElement) -> bool:
    """Whether an element says something in sentences, rather than list what else there is."""
    words, linked = _linked(element)
    sentences = sum(
        block.kind == "paragraph" and block.text.endswith((".", "!")) for block in blocks_of(element)
    )
    return words - linked >= _BOX_WORDS and linked <= words / 2 and sentences > 0


def _leads_elsewhere(element: HtmlElement) -> bool:
    words, linked = _linked(element)
    return linked >= _MOST_LINKED * words and sum(1 for _ in element.iter("a")) >= _LEAST_LINKS


def _linked(element: HtmlElement) -> tuple[int, int]:
    """Count the words of an element, and those of them that are links."""
    links = (link.text_content() for link in element.iter("a"))
    return len(element.text_content().split()), sum(len(text.split()) for text in links)


def _provenance(tree: _Element, found: Extracted | None) -> Provenance:
    if found is None:
        return Provenance(title=" ".join((tree.findtext(".//title") or "").split()))
    site = found.sitename or ""
    return Provenance(
        title=found.title or "",
        publisher="" if site == found.hostname and not found.url else site,
        author=found.author or "",
        date=found.date or "",
        url=found.url or "",
    )


def _headings(blocks: tuple[Block, ...]) -> int:
    """Count the headings right above a paragraph that says something."""
    return sum(
        block.kind == "heading" and len(after.text.split()) >= _HEADED_WORDS
        for block, after in pairwise(blocks)
    )


def _words(blocks: tuple[Block, ...]) -> int:
    return sum(
        len(" ".join((block.text, *(cell for row in block.rows for cell in row))).split()) for block in blocks
    )
