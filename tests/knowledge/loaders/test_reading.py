"""What cannot be read is refused with a sentence that says why."""

from __future__ import annotations

import io
import zipfile

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from knowledge.loaders.document import MOST_BYTES, UnreadableError
from knowledge.loaders.reading import read

SCHEMAS = "http://schemas.openxmlformats.org"
PROSE = "Learn to bake. Bread needs flour, water, salt and time, and most of all it needs time."


def pdf(*lines: str, password: str = "") -> bytes:
    """A PDF of one page."""
    shown = "".join(f"BT /F1 12 Tf 72 {720 - 16 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines))
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    stream = StreamObject()
    stream.set_data(shown.encode())
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): names})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(text: str, **extra: bytes) -> bytes:
    """A Word document with one paragraph, and whatever else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{SCHEMAS}/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
        )
        for name, data in extra.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_pdf_is_read_line_by_line() -> None:
    document = read(pdf("Baking bread", "Bread needs flour, water, salt and time.", "7"), name="bread.pdf")

    assert document.provenance.title == "Baking bread"
    assert [block.text for block in document.blocks] == ["Bread needs flour, water, salt and time."]


def test_a_word_document_is_read() -> None:
    assert [block.text for block in read(docx(PROSE), name="bread.docx").blocks] == [PROSE]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "empty.txt", "empty"),
        (b"   \n ", "blank.md", "empty"),
        (b"x" * (MOST_BYTES + 1), "huge.txt", "larger than 10 MB"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture.txt", "not what its name says"),
        (b"MZ" + b"\0" * 50, "guide.pdf", "not what its name says"),
        (b"hello there", "guide.pdf", "not what its name says"),
        (PROSE.encode(), "guide.docx", "not what its name says"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old.doc", "Save it as .docx"),
        (PROSE.encode(), "music.mp3", "cannot be read"),
        (bytes(range(1, 32)) * 40, "noise.txt", "encoding"),
        (b"a,b\n1,2\n", "pairs.csv", "question"),
        (b"<html><body><script>x()</script></body></html>", "app.html", "no text"),
    ],
)
def test_what_cannot_be_read_is_refused_clearly(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(data, name=name)


def test_a_pdf_with_a_password_is_refused() -> None:
    with pytest.raises(UnreadableError, match="password"):
        read(pdf("Secret words for nobody.", password="hunter2"), name="secret.pdf")  # noqa: S106


def test_a_scan_is_refused() -> None:
    with pytest.raises(UnreadableError, match="pictures"):
        read(pdf(), name="scan.pdf")


def test_a_word_document_that_unpacks_to_far_too_much_is_refused() -> None:
    with pytest.raises(UnreadableError, match="far more"):
        read(docx(PROSE, bomb=b"\0" * 30_000_000), name="bomb.docx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15"])
def test_texts_in_usual_encodings_are_read_right(encoding: str) -> None:
    text = (
        "Über Brot\n\n"
        + "Für ein gutes Brot nimmt man Mehl, Wasser und Salz, und sehr viel Geduld dafür. " * 3
    )

    read_text = " ".join(block.text for block in read(text.encode(encoding), name="brot.txt").blocks)
    assert "Für ein gutes Brot" in read_text
