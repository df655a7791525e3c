"""Makes the documents here that no editor of text can: `python -m tests.added.make_documents`.

A PDF in two columns with a header and a footer on each page, and a Word document with tables.
"""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

FOLDER = Path(__file__).parent / "mixed" / "documents"
_SCHEMAS = "http://schemas.openxmlformats.org"
_COLUMNS, _TOP, _LEADING, _LINES, _WIDTH = (60, 320), 700, 13, 44, 42

MANUAL = (
    "# Before your visit",
    (
        "The observatory on Hollow Hill opens to visitors on Friday and Saturday nights from September to "
        "April. In the bright summer months it stays closed. Places are booked by telephone, and each group "
        "has at most eighteen people."
    ),
    (
        "Visits take place whenever fewer than four tenths of the sky are covered. Whether yours does is "
        "decided at five in the afternoon and said on the answering machine. If it is called off, you may "
        "come on any later night of the season, or have your money back."
    ),
    (
        "Admission is nine pounds, or five for those under sixteen. Children under seven are not admitted, "
        "because the iron stairs have open steps."
    ),
    "# Getting here",
    (
        "The last two miles are a single-track road without lights. Drive with dipped headlights from the "
        "cattle grid on, and with parking lights alone from the white gate. The car park holds twenty cars. "
        "A minibus leaves the railway station at ten past seven and goes back at half past eleven."
    ),
    "# What to wear",
    (
        "The dome is not heated, as warm air would blur the image. It is usually six degrees colder inside "
        "than down in the valley. Wear a hat, two pairs of socks and shoes with soles that grip."
    ),
    "# Light and telephones",
    (
        "White light spoils the night vision of everybody in the dome for twenty minutes. Only red lamps may "
        "be used, and we lend them at the door. Telephones are switched off and stay in your pocket. Flash "
        "photographs lead to exclusion from the visit."
    ),
    "# At the telescope",
    (
        "The large telescope is a reflector with a mirror of sixty-one centimetres, ground in 1934 by the "
        "founder, Agnes Thorne. You look through an eyepiece at the end of the ladder. One person at a time "
        "stands on the ladder, and a guide holds it."
    ),
    (
        "Those who wear glasses for short sight may take them off, for the focus makes up for it. Glasses "
        "against astigmatism are better kept on. Do not touch the eyepiece with your fingers: the grease "
        "takes an hour to clean off."
    ),
    (
        "What we show depends on the season. In autumn it is the Andromeda galaxy and Saturn, in winter the "
        "Orion nebula and the Pleiades, and in spring the moon and the double stars in the Lion."
    ),
    "# Visitors who cannot climb",
    (
        "A camera on the telescope sends its picture to the warm room on the ground floor, which can be "
        "reached with a wheelchair. Tell us when you book, so that somebody is there to explain."
    ),
    "# If the weather turns",
    (
        "When the wind reaches forty miles an hour, the dome must be closed and the visit ends in the "
        "lecture room with a talk. In a thunderstorm nobody may leave the building until the warden says so."
    ),
)

HANDBOOK: tuple[str | tuple[tuple[str, ...], ...], ...] = (
    "# Handbook of the Quayside Choir",
    "This handbook is for new singers. It says when we meet, what we pay and what we wear.",
    "## Rehearsals",
    (
        "We rehearse every Tuesday from half past seven to half past nine in the old customs house. Whoever "
        "misses more than three rehearsals before a concert does not sing in it."
    ),
    (
        ("Month", "Place", "What we practise"),
        ("January", "Customs house", "Sight reading"),
        ("February", "Customs house", "Fauré Requiem"),
        ("March", "St Brannock’s church", "Fauré Requiem with organ"),
        ("May", "Sail loft", "Sea shanties"),
    ),
    "## Fees",
    "Fees are paid by standing order in October and in March.",
    (
        ("Singer", "Fee for half a year", "Music"),
        ("Adult", "£65", "£10"),
        ("Student", "£20", "free"),
        ("Out of work", "nothing", "free"),
    ),
    "## Finding your voice",
    (
        "Ottoline, our conductor, listens to each new singer for ten minutes in the second week. Nobody is "
        "sent away, but you may be put into another voice than the one you came for."
    ),
    (
        ("Voice", "Leader", "Lowest note", "Highest note"),
        ("Soprano", "Mei Tanaka", "C4", "A5"),
        ("Alto", "Rhona Pike", "F3", "D5"),
        ("Tenor", "Idris Vaughan", "C3", "G4"),
        ("Bass", "Karl Dunmore", "E2", "C4"),
    ),
    "## Concert clothes",
    "We sing in black from neck to toe. Each voice wears a scarf of its own colour, which the choir lends:",
    "- sopranos wear red",
    "- altos wear amber",
    "- tenors wear green",
    "- basses wear blue",
    "Perfume is not worn at concerts, since two of us have asthma.",
    "## Sheet music",
    (
        "Scores belong to the choir. Write in them with a soft pencil only, and rub it out before you hand "
        "them back. A lost score costs eighteen pounds."
    ),
    "## Leaving",
    (
        "If you want to stop, tell the secretary, Bo Lindgren, four weeks before the end of the term. Fees "
        "that are paid are not given back."
    ),
)


def two_columns(paragraphs: Sequence[str], title: str) -> bytes:
    """Set paragraphs in two columns; the file holds the lines of both side by side."""
    lines: list[str] = []
    for paragraph in paragraphs:
        heading = paragraph.startswith("# ")
        lines += ["", *textwrap.wrap(paragraph.removeprefix("# "), _WIDTH)]
        lines += [""] * heading
    writer = PdfWriter()
    per_page = _LINES * len(_COLUMNS)
    count = -(-len(lines) // per_page)
    for number in range(count):
        own = lines[number * per_page : (number + 1) * per_page]
        placed = [(60, 760, f"{title}    Visitor manual, spring edition")]
        for column, left in enumerate(_COLUMNS):
            part = own[column * _LINES : (column + 1) * _LINES]
            placed += [(left, _TOP - n * _LEADING, line) for n, line in enumerate(part) if line]
        placed.append((280, 40, f"Page {number + 1} of {count}"))
        _add_page(writer, placed)
    writer.add_metadata({"/Title": title, "/Author": "Friends of Hollow Hill"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _add_page(writer: PdfWriter, placed: Iterable[tuple[int, int, str]]) -> None:
    page = writer.add_blank_page(595, 842)
    shown = "".join(f"BT /F1 10 Tf {x} {y} Td ({_escaped(line)}) Tj ET\n" for x, y, line in placed)
    stream = StreamObject()
    stream.set_data(shown.encode("latin-1"))
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): names})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(stream)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def word(blocks: Iterable[str | Sequence[Sequence[str]]]) -> bytes:
    """Write headings, paragraphs, list items and tables as a Word document."""
    body = "".join(_paragraph(block) if isinstance(block, str) else _table(block) for block in blocks)
    out = io.BytesIO()
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            (
                "[Content_Types].xml",
                (
                    f'<Types xmlns="{_SCHEMAS}/package/2006/content-types"><Override '
                    f'PartName="/word/document.xml" ContentType="{main}"/></Types>'
                ),
            ),
            (
                "_rels/.rels",
                (
                    f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship Id="r1" '
                    f'Type="{_SCHEMAS}/officeDocument/2006/relationships/officeDocument" '
                    'Target="word/document.xml"/></Relationships>'
                ),
            ),
            (
                "word/document.xml",
                (
                    f'<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"><w:body>{body}</w:body>'
                    "</w:document>"
                ),
            ),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def _paragraph(text: str) -> str:
    marks, _, rest = text.partition(" ")
    if set(marks) == {"#"}:
        return f'<w:p><w:pPr><w:pStyle w:val="Heading{len(marks)}"/></w:pPr>{_run(rest)}</w:p>'
    # As people do who do not know Word's lists.
    shown = f"\u2022\t{rest}" if marks == "-" else text
    return f"<w:p>{_run(shown)}</w:p>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<w:tc><w:p>{_run(cell)}</w:p></w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


if __name__ == "__main__":
    (FOLDER / "observatory-manual.pdf").write_bytes(two_columns(MANUAL, "Hollow Hill Observatory"))
    (FOLDER / "choir-handbook.docx").write_bytes(word(HANDBOOK))
