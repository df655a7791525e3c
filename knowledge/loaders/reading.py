"""The bytes of any document that can be added → a clean document, by what they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from markdown_it import MarkdownIt

from knowledge.loaders.characters import decode
from knowledge.loaders.cleaning import clean
from knowledge.loaders.csv import read_csv
from knowledge.loaders.document import ENDINGS, MOST_BYTES, Document, UnreadableError
from knowledge.loaders.docx import read_docx
from knowledge.loaders.front_matter import split_front_matter, with_front_matter
from knowledge.loaders.html import read_fragment, read_html
from knowledge.loaders.pdf import read_pdf
from knowledge.loaders.text import read_text

_PDF, _ZIP, _OLE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_FILES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"OggS",
    b"ID3",
)
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


def read(data: bytes, *, name: str, content_type: str = "") -> Document:
    """Read a document; `name` is its file's and `content_type` what a server called it.

    Raises:
        UnreadableError: it cannot be read; the text says why and what would help.

    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(
            f"This is larger than {MOST_BYTES // 1_000_000} MB. Split it, or add its text alone."
        )
    if not data.strip():
        raise UnreadableError("This is empty.")
    return clean(_loaded(data, _ending(data, name, content_type), content_type))


def _ending(data: bytes, name: str, content_type: str) -> str:
    """Tell the kind by the bytes where they say it, else by the type or the name."""
    kind = content_type.partition(";")[0].strip().lower()
    named = _TYPES.get(kind, "") or PurePath(name).suffix.lower()
    if data.startswith(_OTHER_FILES):
        raise UnreadableError(_wrong(name))
    if data.startswith(_OLE):
        raise UnreadableError(
            "This Word document is old (.doc) or asks for a password. Save it as .docx without one."
        )
    for mark, ending in ((_PDF, ".pdf"), (_ZIP, ".docx")):
        if (mark in data[:1024] if ending == ".pdf" else data.startswith(mark)) or named == ending:
            if named not in {ending, ""} or mark not in data[:1024]:
                raise UnreadableError(_wrong(name))
            return ending
    if named and named not in ENDINGS:
        raise UnreadableError(
            f"Files of this kind ({named}) cannot be read. These can: {', '.join(ENDINGS)}."
        )
    return named or ".txt"


def _wrong(name: str) -> str:
    return f"What is in “{PurePath(name).name}” is not what its name says. Save it again in the right form."


def _loaded(data: bytes, ending: str, content_type: str) -> Document:
    if ending == ".pdf":
        return read_pdf(data)
    if ending == ".docx":
        return read_docx(data)
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    text = decode(data, declared=charset[1] if charset else "")
    if ending != ".md" and _HTML.match(text):
        return read_html(text)
    readers: dict[str, Callable[[str], Document]] = {
        ".html": read_html,
        ".htm": read_html,
        ".xhtml": read_html,
        ".csv": read_csv,
        ".md": _read_markdown,
        ".markdown": _read_markdown,
    }
    return readers.get(ending, read_text)(text)


def _read_markdown(text: str) -> Document:
    fields, rest = split_front_matter(text.replace("\r\n", "\n"))
    document = read_fragment(MarkdownIt("commonmark").enable("table").render(rest))
    return with_front_matter(document, fields)
