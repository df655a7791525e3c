"""Bytes → text in a known encoding, without characters that nobody sees."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from knowledge.loaders.document import UnreadableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# Guessing is trusted when so little of the text looks like a jumble.
_MOST_CHAOS = 0.1
_GUESSED_BYTES = 200_000
_WESTERN, _MOST_WESTERN, _LAST_ASCII = "cp1252", 0.15, 127
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_KEPT_FORMAT = {_ZWNJ, _ZWJ, "\ufe0f", "\ufe0e"}
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def decode(data: bytes, *, declared: str = "") -> str:
    """Decode text; `declared` is the encoding its carrier named, if any.

    Raises:
        UnreadableError: it is not text, or no encoding fits it.

    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_try(data, encoding))
    if (text := _try(data, "utf-8")) is not None:
        return _checked(text)
    named = _DECLARED.search(data[:4096])
    for encoding in (declared, named[1].decode("ascii") if named else ""):
        if encoding and (text := _try(data, encoding)) is not None:
            return _checked(text)
    if _looks_western(data):
        return _checked(_try(data, _WESTERN))
    best = from_bytes(data[:_GUESSED_BYTES]).best()
    text = _try(data, best.encoding) if best is not None and best.chaos <= _MOST_CHAOS else None
    return _checked(text)


def _looks_western(data: bytes) -> bool:
    """Whether it is ASCII with a letter in between now and then, as in old German or French files.

    On so few bytes a guess by statistics would be none.
    """
    high = sum(byte > _LAST_ASCII for byte in data)
    text = _try(data, _WESTERN)
    return text is not None and high <= _MOST_WESTERN * len(data) and _CONTROL.search(text) is None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _checked(text: str | None) -> str:
    if text is None or len(_CONTROL.findall(text)) > len(text) / 100:
        raise UnreadableError("This is not text in an encoding that can be told. Save it as UTF-8.")
    return text


def visible(text: str) -> str:
    """Take out what nobody sees: controls, direction marks, tags; joiners stay where scripts need them."""
    if text.isascii() and not _CONTROL.search(text):
        return text
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return "".join(
        character
        for at, character in enumerate(text)
        if character in "\n\t\r"
        or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
        or (character in _KEPT_FORMAT and _joins(text, at))
    )


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between letters of a script that joins, or in an emoji."""
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if text[at] in {"\ufe0f", "\ufe0e"}:
        return bool(before) and unicodedata.category(before) in {"So", "Sm", "Po", "Nd"}
    joined = (before, after)
    return all(
        (side and not side.isascii() and unicodedata.category(side) in {"Lo", "Mn", "Mc", "So", "Sk"})
        or side == "\ufe0f"
        for side in joined
    )
