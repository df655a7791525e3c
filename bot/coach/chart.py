"""Draws pictures of what a reply says. Takes tens of milliseconds: call it off the event loop."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from bot.coach.fit import Standing
from bot.reply import Picture

# Twice the size it is usually shown at, so that it stays sharp.
_WIDTH, _ROW, _MARGIN = 1200, 76, 32
_LABEL, _NUMBER = 440, 90
_FONT_SIZE = 28
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


def png(image: Image.Image) -> bytes:
    """Write an image as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
