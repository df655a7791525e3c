"""Draws pictures of what a reply says. Takes tens of milliseconds: call it off the event loop."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from bot.coach.comparison import Comparison
from bot.coach.fit import Standing
from bot.reply import Picture

# Twice the size it is usually shown at, so that it stays sharp.
_WIDTH, _ROW, _MARGIN = 1200, 76, 32
_LABEL, _NUMBER = 440, 90
_FONT_SIZE = 28
_TABLE_FONT_SIZE, _LINE, _PAD, _ASPECT = 22, 30, 16, 190
_HEAD = "#f0f4f8"
_PAPER, _INK, _SOFT, _TRACK, _BAR = "#ffffff", "#1f2933", "#616e7c", "#e4e7eb", "#2b6cb0"


def fit_chart(ranking: Sequence[Standing]) -> Picture:
    """Draw a bar per role, best first."""
    image = Image.new("RGB", (_WIDTH, 2 * _MARGIN + _ROW * len(ranking)), _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_FONT_SIZE)
    left, right = _MARGIN + _LABEL, _WIDTH - _MARGIN - _NUMBER
    for row, standing in enumerate(ranking):
        top = _MARGIN + row * _ROW
        middle = top + _ROW / 2
        draw.text((_MARGIN, middle), standing.role.title, _INK, font, anchor="lm")
        box = (left, top + 18, right, top + _ROW - 18)
        draw.rounded_rectangle(box, radius=10, fill=_TRACK)
        if standing.score:
            end = left + max(20, (right - left) * standing.score / 100)
            draw.rounded_rectangle((left, box[1], end, box[3]), radius=10, fill=_BAR)
        draw.text((_WIDTH - _MARGIN, middle), str(standing.score), _SOFT, font, anchor="rm")
    said = ", ".join(f"{standing.role.title} {standing.score}" for standing in ranking)
    return Picture("role-fit.png", f"A bar for each role, out of 100: {said}.", png(image))


def table_picture(comparison: Comparison) -> Picture:
    """Draw a table, its cells wrapped; markers stay, so that the citations below can be followed."""
    font = ImageFont.load_default(_TABLE_FONT_SIZE)
    columns = len(comparison.titles)
    width = (_WIDTH - _ASPECT) // columns
    rows = [("", comparison.titles), *comparison.rows]
    wrapped = [[_wrap(cell, font, width - 2 * _PAD) for cell in cells] for _, cells in rows]
    heights = [max(len(cell) for cell in cells) * _LINE + 2 * _PAD for cells in wrapped]
    image = Image.new("RGB", (_WIDTH, sum(heights)), _PAPER)
    draw = ImageDraw.Draw(image)
    top = 0
    for number, ((aspect, _), cells, height) in enumerate(zip(rows, wrapped, heights, strict=True)):
        draw.rectangle((0, top, _WIDTH, top + height), _HEAD if not number else _PAPER)
        draw.line((0, top, _WIDTH, top), _TRACK, 2)
        draw.multiline_text((_PAD, top + _PAD), "\n".join(_wrap(aspect, font, _ASPECT - _PAD)), _SOFT, font)
        for column, lines in enumerate(cells):
            left = _ASPECT + column * width + _PAD
            for line, text in enumerate(lines):
                draw.text((left, top + _PAD + line * _LINE), text, _INK, font)
        top += height
    said = "; ".join(
        f"{aspect}: "
        + ", ".join(f"{title}: {cell}" for title, cell in zip(comparison.titles, cells, strict=True))
        for aspect, cells in comparison.rows
    )
    return Picture("comparison.png", f"A table. {said}", png(image))


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> list[str]:
    """Break a text into lines that are not wider than `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def png(image: Image.Image) -> bytes:
    """Write an image as PNG."""
    buffer = io.BytesIO()
    # To optimise takes four times as long and saves a twentieth.
    image.save(buffer, "PNG")
    return buffer.getvalue()
