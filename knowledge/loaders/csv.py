"""Pairs of question and answer in a table of comma-separated values → a document."""

from __future__ import annotations

import csv
import io

from knowledge.loaders.document import Block, Document, UnreadableError

_QUESTION = {"question", "questions", "q", "ask", "prompt", "title"}
_ANSWER = {"answer", "answers", "a", "response", "reply", "text"}
_SNIFFED = 4096


def read_csv(text: str) -> Document:
    """Read a table with a column of questions and one of answers.

    Raises:
        UnreadableError: it has no such columns, or no row.

    """
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_SNIFFED], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect) if any(row)]
    except csv.Error as error:
        raise UnreadableError(f"This is not a table of comma-separated values ({error}).") from error
    question, answer, begin = _columns(rows)
    blocks = [
        block
        for row in rows[begin:]
        if len(row) > max(question, answer) and row[question] and row[answer]
        for block in (
            Block("heading", row[question], 2),
            *(Block("paragraph", line) for line in row[answer].splitlines() if line.strip()),
        )
    ]
    if not blocks:
        raise UnreadableError("No row has both a question and an answer.")
    return Document(tuple(blocks))


def _columns(rows: list[list[str]]) -> tuple[int, int, int]:
    """Find the question's column, the answer's, and the first row after the header."""
    header = [cell.casefold() for cell in rows[0]] if rows else []
    question = next((n for n, name in enumerate(header) if name in _QUESTION), None)
    answer = next((n for n, name in enumerate(header) if name in _ANSWER and n != question), None)
    if question is not None and answer is not None:
        return question, answer, 1
    asked = sum(row[0].endswith("?") for row in rows if len(row) > 1)
    if rows and 2 * asked >= len(rows):
        return 0, 1, 0
    raise UnreadableError("This table has no columns named “question” and “answer”. Name them so.")
