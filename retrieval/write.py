"""A model writes the answer from the passages; what is not borne out never reaches anybody."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from langchain_core.messages import BaseMessage

from retrieval.answer import Answer, Citation, Length, Listener, Passage, Statement
from retrieval.check import Checker, without_orders
from retrieval.compose import topics
from retrieval.model import ChatModel, ModelFaultError, OverBudgetError
from retrieval.pieces import Piece, pieces
from retrieval.prompts import fenced, load_prompt
from retrieval.rewrite import Exchange

_log = logging.getLogger(__name__)

# Passages the model writes from; more would dilute them.
_PASSAGES = 5
_WORDS: Mapping[Length, int] = {"brief": 50, "usual": 130, "long": 230}
# Fewer words with a source than this are no answer.
_ENOUGH_WORDS = 12

NOTE_FAULT = "My language model is not answering just now, so this comes straight from the guides."
NOTE_BUDGET = "Today's share of the language model is used up, so this comes straight from the guides."


@dataclass(frozen=True, slots=True)
class Brief:
    """What the model is told: nothing else of a person leaves this machine.

    `person` are facts of their profile; `last` is what was talked about before. `user` is
    whom the tokens are counted for and is not told.
    """

    question: str
    passages: tuple[Passage, ...]
    person: tuple[str, ...] = ()
    last: Exchange | None = None
    length: Length = "usual"
    user: str = field(default="", repr=False)

    @property
    def words(self) -> int:
        """How many words the answer may have."""
        return _WORDS[self.length]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote and the guides bear out, and whether that is enough of an answer."""

    answer: Answer
    enough: bool


class Writer:
    """Has an answer written, and shows what is sure of it."""

    def __init__(self, model: ChatModel, checker: Checker) -> None:
        """Ask the model; show what the checker lets through."""
        self._model = model
        self._checker = checker
        self._write = load_prompt("write")
        self._mend = load_prompt("mend")

    async def write(self, brief: Brief, listen: Listener | None = None) -> Draft:
        """Return what stands of the model's answer, with a note if the model failed."""
        page = _Page(brief, listen)
        note = ""
        try:
            data = fenced(_told(brief))
            await self._fill(page, self._write.format_messages(data=data, words=brief.words))
            if page.struck and not page.enough:
                data = fenced(_told(brief) | {"kept": page.kept, "struck": page.struck})
                await self._fill(page, self._mend.format_messages(data=data))
        except OverBudgetError:
            note = NOTE_BUDGET
        except ModelFaultError as error:
            _log.info("the chat model failed: %s", error)
            note = NOTE_FAULT
        return Draft(page.answer("" if page.enough else note), page.enough)

    async def _fill(self, page: _Page, messages: Sequence[BaseMessage]) -> None:
        """Let the model write until the page is full."""
        begin = page.next_paragraph
        async with (
            aclosing(self._model.stream(page.brief.user, messages)) as text,
            aclosing(pieces(text)) as written,
        ):
            async for piece in written:
                if piece.text in page.kept:
                    continue
                if await self._checker.passes(piece, page.chunks):
                    await page.add(replace(piece, paragraph=begin + piece.paragraph))
                else:
                    page.struck.append(piece.text)
                if page.words >= page.brief.words:
                    return


class _Page:
    """The answer as it grows. Nothing on it is taken back."""

    def __init__(self, brief: Brief, listen: Listener | None) -> None:
        self.brief = brief
        self.chunks = [passage.chunk for passage in brief.passages[:_PASSAGES]]
        self.struck: list[str] = []
        self._listen = listen
        self._statements: list[Statement] = []
        self._markers: dict[int, int] = {}  # the model's → the reader's, by first use

    @property
    def kept(self) -> list[str]:
        return [statement.text for statement in self._statements]

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.kept)

    @property
    def enough(self) -> bool:
        return sum(len(s.text.split()) for s in self._statements if s.marker) >= _ENOUGH_WORDS

    @property
    def next_paragraph(self) -> int:
        return self._statements[-1].paragraph + 1 if self._statements else 0

    async def add(self, piece: Piece) -> None:
        first, *also = [self._markers.setdefault(n, len(self._markers) + 1) for n in piece.markers] or [0]
        self._statements.append(Statement(piece.text, first, piece.kind, piece.paragraph, 1.0, tuple(also)))
        if self._listen:
            await self._listen(self.answer().text)

    def answer(self, note: str = "") -> Answer:
        cited = [self.chunks[n - 1] for n in self._markers]
        return Answer(
            covered=True,
            passages=self.brief.passages,
            nearest=topics([p.chunk for p in self.brief.passages if p.chunk not in cited]),
            statements=tuple(self._statements),
            citations=tuple(Citation.of(marker, chunk) for marker, chunk in enumerate(cited, 1)),
            note=note,
        )


def _told(brief: Brief) -> dict[str, object]:
    """List what the model is told, each under its name."""
    return {
        "question": brief.question,
        "person": brief.person,
        "conversation": {"question": brief.last.question, "said": brief.last.said} if brief.last else None,
        "passages": [
            {
                "marker": marker,
                "guide": passage.chunk.guide,
                "section": passage.chunk.section,
                "says": [unit.text for unit in without_orders(passage.chunk).units],
            }
            for marker, passage in enumerate(brief.passages[:_PASSAGES], 1)
        ],
    }
