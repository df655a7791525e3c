"""Runs the coach and the plain pipeline over the golden set and counts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from bot.app import App
from bot.evaluation.baseline import PlainPipeline
from bot.evaluation.golden import Fact, GoldenSet, GoldenTurn
from bot.reply import Message, Reply

_TOP = 4
# Kinds of reply that answer from the guides, each in its own form.
ANSWERS = frozenset({"answer", "roles", "comparison", "profile"})


@dataclass(frozen=True, slots=True)
class Scores:
    """One column of the table; shares are from 0 to 1, None where it does not apply."""

    facts: float
    words: float
    hit_at_4: float
    facts_at_4: float
    unanswerable_refused: float
    near_misses_refused: float
    answerable_refused: float
    follow_ups_right: float | None = None
    quotes_verbatim: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run found: our scores, the plain pipeline's, and our misses in words."""

    coach: Scores
    plain: Scores
    misses: list[str] = field(repr=False)


async def measure(app: App, golden: GoldenSet) -> Measured:
    """Measure both pipelines on a part of the golden set, in one run."""
    run = _Run(app)
    coach = await run.scores(golden)
    with tempfile.TemporaryDirectory() as folder:
        plain = PlainPipeline(app.settings.guides_dir, Path(folder), app.embeddings)
        return Measured(coach, _plain_scores(plain, golden), run.misses)


class _Run:
    """The coach, asked everything; every question is somebody's first."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked = 0
        self._guides = {
            guide.title: (app.settings.guides_dir / f"{guide.id}.md").read_text(encoding="utf-8")
            for guide in app.guides
        }
        self._quotes: list[bool] = []
        self.misses: list[str] = []

    async def scores(self, golden: GoldenSet) -> Scores:
        facts: list[bool] = []
        words: list[int] = []
        hits: list[bool] = []
        facts_found: list[bool] = []
        refused: list[bool] = []
        for item in golden.answerable:
            reply = await self._ask(item.question)
            # What is said of roles is made from sections that need no search.
            top = [p.chunk.quote for p in reply.passages[:_TOP]] or [c.quote for c in reply.citations[:_TOP]]
            found = [fact.stands_in(reply.text) for fact in item.facts]
            if reply.kind in ANSWERS:  # what is refused is counted once, as refused
                facts += found
                words.append(len(reply.text.split()))
            hits.append(_holds(top, item.facts[0]))
            facts_found += [_holds(top, fact) for fact in item.facts]
            refused.append(reply.kind not in ANSWERS)
            if not all(found):
                self._miss(item.question, reply, item.facts)
        near: list[bool] = []
        far: list[bool] = []
        for question in golden.unanswerable:
            reply = await self._ask(question.question)
            (near if question.near_miss else far).append(reply.kind == "refusal")
            if reply.kind != "refusal":
                self._miss(question.question, reply, ())
        follow_ups = [right for turns in golden.conversations for right in await self._converse(turns)]
        return Scores(
            facts=mean(facts),
            words=median(words),
            hit_at_4=mean(hits),
            facts_at_4=mean(facts_found),
            unanswerable_refused=mean(near + far),
            near_misses_refused=mean(near),
            answerable_refused=mean(refused),
            follow_ups_right=mean(follow_ups),
            quotes_verbatim=mean(self._quotes),
        )

    async def _ask(self, text: str, channel: str | None = None) -> Reply:
        self._asked += 1
        channel = channel or f"question-{self._asked}"
        # Somebody new each time: what one asker tells of themselves is no other's.
        message = Message(f"evaluation of {channel}", channel, text)
        reply = await self._app.coach.reply(message)
        self._quotes += [citation.quote in self._guides[citation.guide] for citation in reply.citations]
        return reply

    async def _converse(self, turns: Sequence[GoldenTurn]) -> list[bool]:
        """Hold a conversation; return for each turn but the first whether it was right."""
        channel = f"conversation-{self._asked}"
        right: list[bool] = []
        for turn in turns:
            reply = await self._ask(turn.text, channel)
            right.append(_is_right(turn, reply))
            if not right[-1]:
                said = " → ".join(each.text for each in turns[: len(right)])
                self._miss(said, reply, turn.facts)
        return right[1:]

    def _miss(self, question: str, reply: Reply, facts: Sequence[Fact]) -> None:
        missing = [" / ".join(fact.wordings) for fact in facts if not fact.stands_in(reply.text)]
        places = [passage.place for passage in reply.passages[:_TOP]]
        self.misses.append(f"{question}\n  {reply.kind}; missing {missing}; found {places}\n{reply.text}")


def _is_right(turn: GoldenTurn, reply: Reply) -> bool:
    return (
        (
            reply.kind == turn.kind
            or (turn.kind == "answer" and reply.kind in ANSWERS and reply.citations != ())
        )
        and all(fact.stands_in(reply.text) for fact in turn.facts)
        and not any(fact.stands_in(reply.text) for fact in turn.unwanted)
    )


def _holds(texts: Iterable[str], fact: Fact) -> bool:
    return any(fact.stands_in(text) for text in texts)


def _plain_scores(plain: PlainPipeline, golden: GoldenSet) -> Scores:
    facts: list[bool] = []
    words: list[int] = []
    hits: list[bool] = []
    for item in golden.answerable:
        texts = plain.retrieve(item.question)
        facts += [_holds(texts, fact) for fact in item.facts]
        words.append(sum(len(text.split()) for text in texts))
        hits.append(_holds(texts, item.facts[0]))
    return Scores(
        facts=mean(facts),
        words=median(words),
        hit_at_4=mean(hits),
        facts_at_4=mean(facts),
        unanswerable_refused=0.0,
        near_misses_refused=0.0,
        answerable_refused=0.0,
    )
