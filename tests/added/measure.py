"""How good the coach is on documents that nobody here has written a guide from.

`python -m tests.added.measure` adds the documents of each set beside this file to an empty library, as
a moderator would, and asks the questions beside them; `tests/added/README.md` says what a set is.

Beside the coach stand, in the same run and over the same cleaned text, the two searches everybody
begins with: text split by length, found by the embedding model alone or by BM25 alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import mean

import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter
from rich.console import Console
from rich.table import Table

from bot.app import App, open_app
from bot.config import Settings
from bot.evaluation.golden import Fact, Part
from bot.moderation.items import from_arguments
from knowledge.loaders.document import NOTHING_SAID
from retrieval.chain import Inquiry
from retrieval.lexical import WordIndex
from retrieval.refresh import ignore_progress

_HERE = Path(__file__).parent
SETS = tuple(sorted(path.parent for path in _HERE.glob("*/questions.jsonl")))
_TOP = 4
# The sizes of LangChain's own introduction, as in bot/evaluation/baseline.py.
_PIECE, _OVERLAP = 1000, 200
_ACTOR = "measure"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the facts a good answer holds; none where the documents do not answer it."""

    question: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1: of questions whose first fact is among the first four, and of the rest."""

    hit_at_4: float
    dense_at_4: float
    words_at_4: float
    facts: float
    answerable_refused: float
    unanswerable_refused: float


def load_questions(folder: Path, part: Part) -> list[Asked]:
    """Read a set's questions of one part."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    return [
        Asked(row["question"], tuple(Fact(tuple(wordings)) for wordings in row.get("facts", ())))
        for row in rows
        if part in {"all", row["part"]}
    ]


async def take_in(app: App, folder: Path) -> None:
    """Make a set's documents the whole library."""
    if earlier := list((await app.library.live()).versions):
        await app.curator.apply(await app.curator.propose_remove(earlier), actor=_ACTOR)
    items = from_arguments([str(folder / "documents")], NOTHING_SAID)
    proposal = await app.curator.propose_add(items, actor=_ACTOR, progress=ignore_progress)
    await app.curator.apply(proposal, actor=_ACTOR)


async def measure(app: App, asked: Sequence[Asked], say: Callable[[str], object]) -> Figures:
    """Ask everything; `say` is told what went wrong and, for reading aloud, every answer."""
    dense, words = await _plain(app)
    rows: list[tuple[bool, bool, bool]] = []
    facts: list[bool] = []
    refused: list[bool] = []
    open_refused: list[bool] = []
    for each in asked:
        answer = (await app.chain.answer(Inquiry(each.question))).answer
        text = answer.text if answer.covered else "(refused)"
        if not each.facts:
            open_refused.append(not answer.covered)
            say(f"{'ok  ' if not answer.covered else 'OPEN'} {each.question}\n{text}\n")
            continue
        top = [passage.chunk.quote for passage in answer.passages[:_TOP]]
        hits = tuple(
            _holds(found, each.facts[0]) for found in (top, dense(each.question), words(each.question))
        )
        rows.append((hits[0], hits[1], hits[2]))
        refused.append(not answer.covered)
        found = [fact.stands_in(text) for fact in each.facts]
        facts += found if answer.covered else []
        marks = "ok  " if all(found) else "MISS" if hits[0] else "LOST"
        say(f"{marks} {each.question}\n{text}\n  found: {[p.place for p in answer.passages[:_TOP]]}\n")
    hit, dense_hit, words_hit = (mean(column) for column in zip(*rows, strict=True))
    return Figures(
        hit_at_4=hit,
        dense_at_4=dense_hit,
        words_at_4=words_hit,
        facts=mean(facts),
        answerable_refused=mean(refused),
        unanswerable_refused=mean(open_refused),
    )


async def _plain(app: App) -> tuple[Callable[[str], list[str]], Callable[[str], list[str]]]:
    """Return the two plain searches over the texts of the live guides."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=_PIECE, chunk_overlap=_OVERLAP)
    pieces = splitter.split_text("\n\n".join([text async for text in _texts(app)]))
    vectors = await asyncio.to_thread(app.embeddings.encode, pieces)
    index = WordIndex()
    index.add((str(number), piece) for number, piece in enumerate(pieces))

    def dense(question: str) -> list[str]:
        near = np.argsort(-(vectors @ app.embeddings.encode([question])[0]))[:_TOP]
        return [pieces[number] for number in near]

    def words(question: str) -> list[str]:
        return [pieces[int(number)] for number in index.nearest(question, _TOP)]

    return dense, words


async def _texts(app: App) -> AsyncIterator[str]:
    live = await app.library.live()
    sizes = await app.library.index_sizes(live.versions.values())
    last = ""
    for chunk in await app.library.chunks(list(sizes), live.model):
        heading = f"{chunk.guide}: {chunk.section}"
        yield chunk.quote if heading == last else f"{heading}\n{chunk.quote}"
        last = heading


def _holds(texts: Iterable[str], fact: Fact) -> bool:
    return any(fact.stands_in(text) for text in texts)


def table(measured: Mapping[str, Figures]) -> Table:
    """Lay the figures out, a column a set."""
    shown = Table("documents nobody wrote guides from", *measured)
    for each in fields(Figures):
        values = (getattr(figures, each.name) for figures in measured.values())
        shown.add_row(each.name.replace("_", " "), *(f"{value:.3f}" for value in values))
    return shown


async def _run(folders: Sequence[Path], part: Part, *, aloud: bool) -> None:
    measured: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "guides"
        empty.mkdir()
        async with open_app(Settings(data_dir=Path(folder) / "data", guides_dir=empty)) as app:
            for each in folders:
                await take_in(app, each)
                say = print if aloud else lambda _: None
                measured[each.name] = await measure(app, load_questions(each, part), say)
    Console().print(table(measured))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=SETS, help="sets; the ones here unless told")
    parser.add_argument("--aside", action="store_true", help="measure the part that is not to be looked at")
    parser.add_argument("--aloud", action="store_true", help="print the questions and answers")
    chosen = parser.parse_args()
    asyncio.run(
        _run(chosen.folders, "aside" if chosen.aside else "tune", aloud=chosen.aloud and not chosen.aside)
    )
