"""The way from a message to an answer: rewrite → search → judge → compose."""

from __future__ import annotations

from dataclasses import dataclass, replace

from langchain_core.runnables import Runnable, RunnableLambda

from knowledge.library import Vectors
from retrieval.answer import Answer, Passage
from retrieval.compose import Aim, compose, topics
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.judge import Judge
from retrieval.rewrite import Exchange, Question, Rewriter
from retrieval.search import Searcher, likeness

# Passages found for a question; an answer rests on the first few, the rest are next topics.
_PASSAGES = 8
# A single question among several still stands in the light of the whole message.
_WHOLE_MESSAGE = 0.4


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What goes in: a message, and what was last talked about, if anything."""

    message: str
    last: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes out: the answer, and what a follow-up to it may refer to."""

    answer: Answer
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class _Found:
    question: Question
    aims: tuple[Aim, ...]
    passages: tuple[Passage, ...]
    whole: Vectors
    field: Field


@dataclass(frozen=True, slots=True)
class _Judged:
    found: _Found
    covered: bool


class AnswerChain:
    """Builds the chain over the parts that hold resources."""

    def __init__(
        self,
        rewriter: Rewriter,
        embeddings: SentenceEmbeddings,
        searcher: Searcher,
        judge: Judge,
    ) -> None:
        """Answer from what the searcher finds."""
        self._rewriter = rewriter
        self._embeddings = embeddings
        self._searcher = searcher
        self._judge = judge
        self.runnable: Runnable[Inquiry, Outcome] = (
            RunnableLambda(self._rewrite)
            | RunnableLambda(self._search)
            | RunnableLambda(self._weigh)
            | RunnableLambda(self._compose)
        ).with_config(run_name="answer")

    async def answer(self, inquiry: Inquiry) -> Outcome:
        """Answer a message."""
        return await self.runnable.ainvoke(inquiry)

    async def _rewrite(self, inquiry: Inquiry) -> Question:
        return self._rewriter.rewrite(inquiry.message, inquiry.last)

    async def _search(self, question: Question) -> _Found:
        vectors = await self._embeddings.aencode([question.text, *question.parts])
        passages = tuple(await self._searcher.search(question.text, vectors[0], _PASSAGES))
        field = self._searcher.field or Field.of(vectors)
        distinct = field.distinct(vectors)
        aims = tuple(_aim(part, passages, field) for part in distinct[1:]) or (
            Aim(distinct[0], passages),
        )
        return _Found(question, aims, passages, distinct[0], field)

    async def _weigh(self, found: _Found) -> _Judged:
        covered = bool(found.passages) and self._judge.covered(
            found.whole, found.passages, found.field
        )
        return _Judged(found, covered)

    async def _compose(self, judged: _Judged) -> Outcome:
        found, question = judged.found, judged.found.question
        if judged.covered:
            answer = compose(found.aims, found.field, detail=question.detail, said=question.said)
        else:
            nearest = topics([passage.chunk for passage in found.passages])
            answer = Answer(False, (), (), found.passages, nearest)
        return Outcome(answer, self._exchange(question, answer))

    def _exchange(self, question: Question, answer: Answer) -> Exchange:
        said = tuple(statement.text for statement in answer.statements)
        return Exchange(
            question=question.text,
            subject=self._rewriter.subject_of(question, said[0]) if said else question.subject,
            points=tuple(s.text for s in answer.statements if s.kind == "item"),
            said=question.said + said,
            offers=answer.nearest,
        )


def _aim(query: Vectors, passages: tuple[Passage, ...], field: Field) -> Aim:
    """Order what the whole message found by how well it fits one of its questions."""
    ranked = (
        replace(p, score=likeness(p.chunk, query, field) + _WHOLE_MESSAGE * p.score)
        for p in passages
    )
    return Aim(query, tuple(sorted(ranked, key=lambda p: -p.score)))
