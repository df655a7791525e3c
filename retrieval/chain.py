"""The way from a message to an answer: rewrite → search → judge → write → compose.

Writing is a chat model's, verified; without a model, composing says it all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from langchain_core.callbacks import BaseCallbackHandler
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
# What a follow-up asks weighs so much beside the same with its subject.
_OWN_WORDS = 1.0
# “Any books for that?” does not ask for the passage again that was just quoted.
_SAID = 0.3
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
        callbacks: Sequence[BaseCallbackHandler] = (),
    ) -> None:
        """Answer from what the searcher finds; a writer, if there is one, puts it into words.

        `callbacks` are told of each step by its name.
        """
        self._rewriter = rewriter
        self._roles = roles
        self._embeddings = embeddings
        self._searcher = searcher
        self._judge = judge
        self._writer = writer
        self._restater = restater
        self.runnable: Runnable[Inquiry, Outcome] = (
            RunnableLambda(self._rewrite, name="rewrite")
            | RunnableLambda(self._search, name="search")
            | RunnableLambda(self._weigh, name="judge")
            | RunnableLambda(self._write, name="write")
            | RunnableLambda(self._compose, name="compose")
        ).with_config(run_name="answer", callbacks=list(callbacks))

    @property
    def writes(self) -> bool:
        """Whether a model writes the answers, to which it may know the person."""
        return self._writer is not None

    async def answer(self, inquiry: Inquiry) -> Outcome:
        """Answer a message."""
        return await self.runnable.ainvoke(inquiry)

    async def _rewrite(self, inquiry: Inquiry) -> _Asked:
        question = await asyncio.to_thread(self._rewriter.rewrite, inquiry.message, inquiry.last)
        if self._restater and inquiry.last and not question.follow_up:
            alone = await self._restater.restate(question.text, inquiry.last, inquiry.user)
            question = replace(question, text=alone)
        return _Asked(inquiry, question)

    async def _search(self, heard: _Asked) -> _Found:
        question = heard.question
        asked = [question.asked] if question.follow_up and question.asked != question.text else []
        vectors = await self._embeddings.aencode([question.text, *asked, *question.parts])
        whole, others = vectors[0], vectors[1:]
        if asked:
            # The subject must not drown what is newly asked about it.
            whole = unit_length(whole + _OWN_WORDS * others[0])
        found = await self._searcher.search(question.text, whole, 2 * _PASSAGES)
        concerned = (p for p in found if self._concerns(p, question))
        passages = tuple(self._unsaid_first(concerned, question))[:_PASSAGES]
        field = self._searcher.field or Field.of(vectors)
        query = field.distinct(whole)
        aims = tuple(_aim(field.distinct(part), passages) for part in others[len(asked) :]) or (
            Aim(query, passages),
        )
        readings = tuple(
            Reading(field.distinct(plain), question.asked, plain) for plain in (whole, *others[: len(asked)])
        )
        return _Found(heard.inquiry, question, aims, passages, readings, field)

    def _unsaid_first(self, passages: Iterable[Passage], question: Question) -> list[Passage]:
        """Put back the passages that the last answers quoted, when a follow-up asks for something new."""
        if question.options or question.refers_back or not self._telling_words(question.asked):
            return list(passages)
        said = frozenset(question.said)
        fresh = (replace(p, score=p.score - _SAID * _share_said(p, said)) for p in passages)
        return sorted(fresh, key=lambda passage: -passage.score)

    def _concerns(self, passage: Passage, question: Question) -> bool:
        """Whether a passage is not another role's than the one asked about."""
        owner = self._roles.by_id(passage.chunk.guide_id)
        return not question.roles or owner is None or owner in question.roles

    async def _weigh(self, found: _Found) -> _Judged:
        return await asyncio.to_thread(self._judged, found)

    def _judged(self, found: _Found) -> _Judged:
        # A refresh brings another field, which the judge takes a moment to study.
        self._judge.study(found.field)
        return _Judged(found, bool(found.passages) and self._covers(found))

    def _covers(self, found: _Found) -> bool:
        question = found.question
        telling = self._telling_words(question.asked)
        depends = question.follow_up and bool(question.said) and not question.options
        if question.refers_back or (depends and not telling):
            return True  # “why?”, “the second one”: what it refers to has just been answered
        leans = [self._judge.lean(each, found.passages, found.field) for each in found.readings]
        if question.follow_up and not question.options:
            # The subject is covered, so it must not speak for what is newly asked about it.
            leans = leans[-1:] if len(telling) >= _TELLING_WORDS else [mean(leans)]
        return max(leans) >= 0

    def _telling_words(self, asked: str) -> frozenset[str]:
        """Name the words, as the index knows them, by which a question says what it wants to know."""
        words = self._searcher.words
        rarity = words.rarity(words.terms(" ".join(content_words(asked))))
        return frozenset(word for word, weight in rarity.items() if weight >= _TELLING_RARITY)

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
        return await asyncio.to_thread(self._composed, written)

    def _composed(self, written: _Written) -> Outcome:
        judged, draft = written.judged, written.draft
        found, question = judged.found, judged.found.question
        if draft and draft.enough:
            answer = draft.answer
        elif judged.covered:
            beside = self._beside_the_point(found)
            answer = compose(
                found.aims,
                fits=lambda text: text not in beside and self._is_about(text, question),
                detail=question.detail,
                said=question.said,
            )
            answer = draft.answer.followed_by(answer) if draft else answer
        else:
            nearest = topics([passage.chunk for passage in found.passages])
            answer = Answer(covered=False, passages=found.passages, nearest=nearest)
        return Outcome(answer, self._exchange(question, answer))

    def _beside_the_point(self, found: _Found) -> frozenset[str]:
        """Name the points of the best passage that a follow-up such as “and transport?” does not mean."""
        question = found.question
        if not question.follow_up or question.options or question.roles:
            return frozenset()
        telling = self._telling_words(question.asked)
        points = [unit.text for unit in found.passages[0].chunk.units if unit.kind != "sentence"]
        meant = {text for text in points if telling.intersection(self._searcher.words.terms(text))}
        return frozenset(points) - meant if meant else frozenset()

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
            answered=answer.covered,
        )


def _first_list(answer: Answer) -> tuple[str, ...]:
    """Return the items of the first list of an answer: what “the second one” counts in."""
    items = [statement for statement in answer.statements if statement.kind == "item"]
    return tuple(item.text for item in items if item.paragraph == items[0].paragraph)


def _share_said(passage: Passage, said: Collection[str]) -> float:
    units = passage.chunk.units
    return sum(unit.text in said for unit in units) / max(1, len(units))


def _aim(query: Vectors, passages: tuple[Passage, ...]) -> Aim:
    """Order what the whole message found by how well it fits one of its questions."""
    ranked = (
        replace(p, score=likeness(p.chunk, p.vectors, query) + _WHOLE_MESSAGE * p.score) for p in passages
    )
    return Aim(query, tuple(sorted(ranked, key=lambda p: -p.score)))
