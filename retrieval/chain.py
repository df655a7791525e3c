"""The way from a message to an answer: rewrite → search → judge → write → compose.

Writing is a chat model's, verified; without a model, composing says it all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from langchain_core.runnables import Runnable, RunnableLambda

from knowledge.library import Vectors
from knowledge.roles import Roles
from retrieval.answer import Answer, Listener, Passage
from retrieval.compose import Aim, compose, topics
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field, unit_length
from retrieval.judge import Judge, Reading
from retrieval.restate import Restater
from retrieval.rewrite import Exchange, Question, Rewriter
from retrieval.search import Searcher, likeness
from retrieval.wording import content_words
from retrieval.write import Brief, Draft, Writer

# Passages found for a question; an answer rests on the first few, the rest are next topics.
_PASSAGES = 8
# A single question among several still stands in the light of the whole message.
_WHOLE_MESSAGE = 0.4
_MOSTLY_ASKED = 0.6
# What a follow-up asks weighs so much beside the same with its subject.
_OWN_WORDS = 1.0
# A follow-up of so many telling words is judged by them alone: “and how much do they earn?”
# is not covered because its subject is.
_TELLING_WORDS = 2
# “machine” and “learning” stand nearly everywhere (BM25's idf; 1.2 is in 3 chunks of 10).
_TELLING_RARITY = 1.2


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What goes in: a message, and what was last talked about, if anything.

    `user` is who asks, and `person` what is known of them. `listen` hears the answer as
    it grows, if a model writes it.
    """

    message: str
    last: Exchange | None = None
    user: str = ""
    person: tuple[str, ...] = ()
    listen: Listener | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes out: the answer, and what a follow-up to it may refer to."""

    answer: Answer
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class _Asked:
    inquiry: Inquiry
    question: Question


@dataclass(frozen=True, slots=True)
class _Found:
    """`readings` of the question: as searched for and, where that differs, as asked."""

    inquiry: Inquiry
    question: Question
    aims: tuple[Aim, ...]
    passages: tuple[Passage, ...]
    readings: tuple[Reading, ...]
    field: Field


@dataclass(frozen=True, slots=True)
class _Judged:
    found: _Found
    covered: bool


@dataclass(frozen=True, slots=True)
class _Written:
    judged: _Judged
    draft: Draft | None


class AnswerChain:
    """Builds the chain over the parts that hold resources."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of the whole chain
        self,
        rewriter: Rewriter,
        roles: Roles,
        embeddings: SentenceEmbeddings,
        searcher: Searcher,
        judge: Judge,
        writer: Writer | None = None,
        restater: Restater | None = None,
    ) -> None:
        """Answer from what the searcher finds; a writer, if there is one, puts it into words."""
        self._rewriter = rewriter
        self._roles = roles
        self._embeddings = embeddings
        self._searcher = searcher
        self._judge = judge
        self._writer = writer
        self._restater = restater
        self.runnable: Runnable[Inquiry, Outcome] = (
            RunnableLambda(self._rewrite)
            | RunnableLambda(self._search)
            | RunnableLambda(self._weigh)
            | RunnableLambda(self._write)
            | RunnableLambda(self._compose)
        ).with_config(run_name="answer")

    async def answer(self, inquiry: Inquiry) -> Outcome:
        """Answer a message."""
        return await self.runnable.ainvoke(inquiry)

    async def _rewrite(self, inquiry: Inquiry) -> _Asked:
        question = self._rewriter.rewrite(inquiry.message, inquiry.last)
        if self._restater and inquiry.last and not question.follow_up:
            alone = await self._restater.restate(question.text, inquiry.last, inquiry.user)
            question = replace(question, text=alone)
        return _Asked(inquiry, question)

    async def _search(self, heard: _Asked) -> _Found:
        question = heard.question
        asked = [question.asked] if question.follow_up and _differs(question) else []
        vectors = await self._embeddings.aencode([question.text, *asked, *question.parts])
        whole, others = vectors[0], vectors[1:]
        if asked:
            # The subject must not drown what is newly asked about it.
            whole = unit_length(whole + _OWN_WORDS * others[0])
        found = await self._searcher.search(question.text, whole, 2 * _PASSAGES)
        passages = tuple(p for p in found if self._concerns(p, question))[:_PASSAGES]
        field = self._searcher.field or Field.of(vectors)
        query = field.distinct(whole)
        aims = tuple(_aim(field.distinct(part), passages) for part in others[len(asked) :]) or (
            Aim(query, passages),
        )
        words = self._searcher.words.terms(question.asked)
        readings = tuple(
            Reading(vector, question.asked, words)
            for vector in (query, *field.distinct(others[: len(asked)]))
        )
        return _Found(heard.inquiry, question, aims, passages, readings, field)

    def _concerns(self, passage: Passage, question: Question) -> bool:
        """Whether a passage is not another role's than the one asked about."""
        owner = self._roles.by_id(passage.chunk.guide_id)
        return not question.roles or owner is None or owner in question.roles

    async def _weigh(self, found: _Found) -> _Judged:
        return _Judged(found, bool(found.passages) and self._covers(found))

    def _covers(self, found: _Found) -> bool:
        question, readings = found.question, found.readings
        telling = self._telling_words(question.asked)
        if question.follow_up and question.said and (question.options or not telling):
            return True  # “why?”, “the second one”: what it refers to has just been answered
        if question.follow_up and telling >= _TELLING_WORDS:
            readings = readings[-1:]
        return any(self._judge.covered(each, found.passages, found.field) for each in readings)

    def _telling_words(self, asked: str) -> int:
        """Count the words by which a follow-up says itself what it wants to know."""
        words = self._searcher.words
        rarity = words.rarity(words.terms(" ".join(content_words(asked))))
        return sum(weight >= _TELLING_RARITY for weight in rarity.values())

    async def _write(self, judged: _Judged) -> _Written:
        if self._writer is None or not judged.covered:
            return _Written(judged, None)
        inquiry, question = judged.found.inquiry, judged.found.question
        brief = Brief(
            question=inquiry.message,
            passages=judged.found.passages,
            person=inquiry.person,
            last=inquiry.last,
            detail=question.detail,
            user=inquiry.user,
        )
        return _Written(judged, await self._writer.write(brief, inquiry.listen))

    async def _compose(self, written: _Written) -> Outcome:
        judged, draft = written.judged, written.draft
        found, question = judged.found, judged.found.question
        if draft and draft.enough:
            answer = draft.answer
        elif judged.covered:
            answer = compose(
                found.aims,
                fits=lambda text: self._is_about(text, question),
                detail=question.detail,
                said=question.said,
            )
            answer = draft.answer.followed_by(answer) if draft else answer
        else:
            nearest = topics([passage.chunk for passage in found.passages])
            answer = Answer(covered=False, passages=found.passages, nearest=nearest)
        return Outcome(answer, self._exchange(question, answer))

    def _is_about(self, text: str, question: Question) -> bool:
        """Whether a statement is not about other roles only than those asked about."""
        named = self._roles.named(text)
        return not (question.roles and named) or bool(set(named) & set(question.roles))

    def _exchange(self, question: Question, answer: Answer) -> Exchange:
        said = tuple(statement.text for statement in answer.statements)
        return Exchange(
            question=question.text,
            subject=self._rewriter.subject_of(question, answer),
            points=question.options or _first_list(answer),
            said=question.said + said,
            offers=answer.nearest,
        )


def _first_list(answer: Answer) -> tuple[str, ...]:
    """Return the items of the first list of an answer: what “the second one” counts in."""
    items = [statement for statement in answer.statements if statement.kind == "item"]
    return tuple(item.text for item in items if item.paragraph == items[0].paragraph)


def _differs(question: Question) -> bool:
    """Whether what is asked is so little of the text that it has a meaning of its own."""
    return len(question.asked.split()) < _MOSTLY_ASKED * len(question.text.split())


def _aim(query: Vectors, passages: tuple[Passage, ...]) -> Aim:
    """Order what the whole message found by how well it fits one of its questions."""
    ranked = (replace(p, score=likeness(p.vectors, query) + _WHOLE_MESSAGE * p.score) for p in passages)
    return Aim(query, tuple(sorted(ranked, key=lambda p: -p.score)))
