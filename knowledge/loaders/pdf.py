"""A PDF → a document. pypdf gives the text of each page; the lines are put together here."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.loaders.document import Block, Document, Provenance, UnreadableError
from knowledge.loaders.text import read_text

_MOST_PAGES = 1500
# A page of prose has hundreds of characters; a scan has none.
_LEAST_CHARACTERS_A_PAGE = 25
_PAGE_NUMBER = re.compile(r"^\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*$", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")
_MARGIN_LINES = 2
# Books have one header on their left pages and another on their right ones.
_REPEATED_ON = 0.4
_LEAST_REPEATED = 2


def read_pdf(data: bytes) -> Document:
    """Read a PDF with text in it.

    Raises:
        UnreadableError: it is damaged, asks for a password, has far too many pages or is
            a scan, whose pages are pictures.

    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("This PDF asks for a password. Save it without one.")
        if len(reader.pages) > _MOST_PAGES:
            raise UnreadableError(f"This PDF has more than {_MOST_PAGES} pages. Split it.")
        pages = [page.extract_text().splitlines() for page in reader.pages]
        meta = reader.metadata
        title, author = (str(meta.title or "").strip(), str(meta.author or "").strip()) if meta else ("", "")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError("This PDF is damaged and cannot be read.") from error
    if sum(len(line) for page in pages for line in page) < _LEAST_CHARACTERS_A_PAGE * max(len(pages), 1):
        raise UnreadableError(
            "The pages of this PDF are pictures, such as scans. Add it with its text recognised (OCR)."
        )
    document = read_text("\n".join(_joined(_without_margins(pages))))
    read = document.provenance
    if title and read.title != title and _stands_on(pages[0], title):
        # What was taken for the title, in the absence of a larger one, heads the first part.
        first = (Block("heading", read.title, 1),) if read.title else ()
        return Document((*first, *document.blocks), replace(read, title=title, author=read.author or author))
    return Document(document.blocks, read.completed_by(Provenance(title=title, author=author)))


def _stands_on(page: list[str], title: str) -> bool:
    """Whether a page shows a title: what a program wrote into the file by itself, it does not."""
    return " ".join(title.split()).casefold() in " ".join(" ".join(page).split()).casefold()


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """Leave out page numbers, and lines that stand at the edge of many pages."""
    pages = [[line for line in page if line.strip()] for page in pages]
    edges = Counter(
        _NUMBERS.sub("#", line.strip())
        for page in pages
        for line in {*page[:_MARGIN_LINES], *page[-_MARGIN_LINES:]}
    )
    often = {
        line for line, count in edges.items() if count >= max(_LEAST_REPEATED, _REPEATED_ON * len(pages))
    }
    return [
        [
            line
            for line in page
            if not _PAGE_NUMBER.match(line) and _NUMBERS.sub("#", line.strip()) not in often
        ]
        for page in pages
    ]


def _joined(pages: list[list[str]]) -> list[str]:
    """Put pages together; a sentence may run on over the edge of a page."""
    return [line for page in pages for line in page]
