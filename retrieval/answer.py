"""What retrieval hands back: passages found, and an answer whose every statement is cited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from knowledge.library import StoredChunk, Vectors

# How long an answer is wanted.
Length = Literal["brief", "usual", "long"]

# Hears an answer as far as it is sure; each text begins with the one before.
Listener = Callable[[str], Awaitable[None]]


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

    @classmethod
    def of(cls, marker: int, chunk: StoredChunk) -> Self:
        """Cite a chunk by a marker."""
        return cls(marker, chunk.guide, chunk.section, chunk.source, chunk.quote, chunk.link)

    @property
    def place(self) -> str:
        """Where it stands, as a reader would name it: Guide › Section."""
        return f"{self.guide} › {self.section}"


def marked(text: str, markers: Sequence[int]) -> str:
    """Write a text with its markers, before the full stop if it ends with one."""
    if not markers:
        return text
    body = text.rstrip(".")
    return f"{body} {''.join(f'[{marker}]' for marker in markers)}{'.' if body != text else ''}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of an answer, with the marker of what it rests on.

    `text` is verbatim from the passage, or what a model wrote and the passage bears out.
    Marker 0 is for words that state nothing; `also` are markers beside the first one.
    Statements of one `paragraph` belong together; `merit` is likeness to the question.
    """

    text: str
    marker: int
    kind: Literal["sentence", "item"]
    paragraph: int
    merit: float
    also: tuple[int, ...] = ()

    @property
    def marked(self) -> str:
        """The statement with its markers; an item has no full stop."""
        text = self.text if self.kind == "sentence" else self.text.rstrip(".")
        return marked(text, (self.marker, *self.also) if self.marker else ())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guides say to a question; `covered` is whether they say anything to it.

    A covered question may still have no statements, when all there is has been said before.
    `nearest` names the topics closest to the question, as questions to ask next. `note`
    says beside the answer how it came about, when that is not as usual.
    """

    covered: bool
    passages: tuple[Passage, ...]
    nearest: tuple[str, ...]
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    note: str = ""

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
        if self.note:
            lines += ["", f"*{self.note}*"] if lines else [f"*{self.note}*"]
        return "\n".join(lines)

    def followed_by(self, other: Answer) -> Answer:
        """Say what another answer says after this one, whose text stays as it is."""
        if not self.statements:
            return replace(other, note=self.note)
        known = {citation.quote: citation.marker for citation in self.citations}
        citations = list(self.citations)
        for citation in other.citations:
            if citation.quote not in known:
                known[citation.quote] = len(citations) + 1
                citations.append(replace(citation, marker=len(citations) + 1))
        renumbered = {citation.marker: known[citation.quote] for citation in other.citations}
        begin = self.statements[-1].paragraph + 1
        said = {statement.text for statement in self.statements}
        added = tuple(
            replace(each, marker=renumbered[each.marker], paragraph=begin + each.paragraph)
            for each in other.statements
            if each.text not in said
        )
        return replace(other, statements=self.statements + added, citations=tuple(citations), note=self.note)
