"""What retrieval hands back: passages found, and an answer whose every statement is cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.library import StoredChunk, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A chunk found for a question; `score` is 0 for unrelated and about 1 for a match.

    `vectors` are the chunk's, of the same shape, distinct in the library's field.
    """

    chunk: StoredChunk
    score: float
    vectors: Vectors

    @property
    def unit_vectors(self) -> Vectors:
        """The distinct vectors of the chunk's units, one a row."""
        return self.vectors[1 + len(self.chunk.asks) :]

    @property
    def place(self) -> str:
        """Where it stands, as a reader would name it: Guide › Section."""
        return f"{self.chunk.guide} › {self.chunk.section}"


@dataclass(frozen=True, slots=True)
class Citation:
    """What a marker `[n]` stands for; `quote` is verbatim from the guide, `link` leads to its source."""

    marker: int
    guide: str
    section: str
    source: str
    quote: str
    link: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as a reader would name it: Guide › Section."""
        return f"{self.guide} › {self.section}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of an answer, with the marker of what it rests on.

    `text` is verbatim from the passage. Statements of one `paragraph` belong together;
    `merit` is a statement's likeness to the question.
    """

    text: str
    marker: int
    kind: Literal["sentence", "item"]
    paragraph: int
    merit: float

    @property
    def marked(self) -> str:
        """The statement with its marker, before a sentence's full stop."""
        body = self.text.rstrip(".")
        stop = "." if self.kind == "sentence" and body != self.text else ""
        return f"{body} [{self.marker}]{stop}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guides say to a question; `covered` is whether they say anything to it.

    A covered question may still have no statements, when all there is has been said before.
    `nearest` names the topics closest to the question, as questions to ask next.
    """

    covered: bool
    passages: tuple[Passage, ...]
    nearest: tuple[str, ...]
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The answer in Markdown: paragraphs and lists, each statement with its marker."""
        lines: list[str] = []
        last: Statement | None = None
        for said in self.statements:
            line = said.marked
            if said.kind == "item":
                if last and last.kind != "item":
                    lines.append("")
                lines.append(f"- {line}")
            elif last and last.kind == "sentence" and last.paragraph == said.paragraph:
                lines[-1] += f" {line}"
            else:
                lines += ["", line] if last else [line]
            last = said
        return "\n".join(lines)
