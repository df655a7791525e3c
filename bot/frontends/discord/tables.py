"""Markdown tables as lines of text: Discord shows none, and a phone has no room for columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A header, the line of dashes below it, and rows; a code fence is left as it is.
_TABLE = re.compile(
    r"^(?P<fence>```+|~~~+).*?(?:^(?P=fence)[ \t]*$|\Z)"
    r"|^(?P<header>[^\n]*\|[^\n]*)\n"
    r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\n|\Z)"
    r"(?P<rows>(?:[^\n]*\|[^\n]*(?:\n|\Z))*)",
    re.MULTILINE | re.DOTALL,
)
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")


def without_tables(text: str) -> str:
    """Turn each table into a heading for each row, with a line for each column below it."""
    return _TABLE.sub(_in_lines, text)


def _in_lines(found: re.Match[str]) -> str:
    header = _cells(found["header"]) if found["header"] else []
    # A code fence, or a line of dashes under one that is no table's header.
    if len(header) < 2:  # noqa: PLR2004 - a table has columns
        return found[0]
    rows = [_cells(line) for line in found["rows"].splitlines()]
    # So that what comes after the table is not drawn into its last row.
    return "\n\n".join(_row(header, row) for row in rows) + ("\n" if found[0].endswith("\n") else "")


def _row(header: Sequence[str], row: Sequence[str]) -> str:
    heading, *cells = row
    lines = [f"**{heading.strip('*')}**"] if heading else []
    # A row may have fewer cells than the header, or more.
    titles = [*header[1:], *([""] * len(cells))]
    lines += [
        f"- **{title.strip('*')}**: {cell}" if title else f"- {cell}"
        for title, cell in zip(titles, cells, strict=False)
        if cell
    ]
    return "\n".join(lines)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner if inner.endswith(r"\|") else inner.removesuffix("|")
    return [cell.strip().replace(r"\|", "|") for cell in _BETWEEN_CELLS.split(inner)]
