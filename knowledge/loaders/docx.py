"""A Word document → a document. mammoth reads what is meant (headings, lists), not its looks."""

from __future__ import annotations

import io
import zipfile

import mammoth

from knowledge.loaders.document import Document, UnreadableError
from knowledge.loaders.html import read_fragment

# A DOCX is a ZIP; text packs about tenfold, a bomb a thousandfold.
_MOST_UNPACKED = 200_000_000
_MOST_PACKED_TIMES = 200


def read_docx(data: bytes) -> Document:
    """Read a Word document; macros and pictures are left out.

    Raises:
        UnreadableError: it is damaged, asks for a password, or unpacks to far too much.

    """
    _check_size(data)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data), convert_image=mammoth.images.img_element(lambda _: {"src": ""})
        )
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableError(
            "This is not a Word document that can be read. Save it again as .docx."
        ) from error
    if not result.value.strip():
        raise UnreadableError("There is no text in this Word document.")
    return read_fragment(result.value)


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableError("This Word document is damaged, or asks for a password.") from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or unpacked > _MOST_PACKED_TIMES * max(len(data), 1):
        raise UnreadableError("This Word document unpacks to far more than a document holds.")
