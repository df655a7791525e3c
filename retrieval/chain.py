"""The way from a message to an answer: rewrite → search → judge → write → compose.

Writing is a chat model's, verified; without a model, composing says it all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableLambda

from knowledge.roles import Roles
from retrieval.answer import Answer, Listener, Passage
from retrieval.compose import compose, topics
from retrieval.find import Finder, Found
from retrieval.judge import Judge
from retrieval.restate import Restater
from retrieval.rewrite import Exchange, Question, Rewriter
from retrieval.wording import content_words
from retrieval.write import Brief, Draft, Writer

# “And how much do they earn?” is not covered because its subject is: beside a follow-up's own words, its
# subject has so much of a say. From 0.3 to 0.7 made no difference on the tuning part of the golden set.
_SUBJECT_WEIGHT = 0.5


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
class _Searched:
    inquiry: Inquiry
    found: Found


@dataclass(frozen=True, slots=True)
class _Judged:
    inquiry: Inquiry
    found: Found
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
        finder: Finder,
        judge: Judge,
        writer: Writer | None = None,
        restater: Restater | None = None,
        callbacks: Sequence[BaseCallbackHandler] = (),
    ) -> None:
        """Answer from what the finder finds; a writer, if there is one, puts it into words.

        `callbacks` are told of each step by its name.
        """
        self._rewriter = rewriter
        self._roles = roles
        self._finder = finder
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

    async def _search(self, asked: _Asked) -> _Searched:
        return _Searched(asked.inquiry, await self._finder.find(asked.question))

    async def _weigh(self, searched: _Searched) -> _Judged:
        covered = await asyncio.to_thread(self._covers, searched.found)
        return _Judged(searched.inquiry, searched.found, covered)

    def _covers(self, found: Found) -> bool:
        question = found.question
        if not found.passages:
            return False
        depends = question.follow_up and not question.options
        if question.refers_back or (depends and question.said and not content_words(question.asked)):
            return True  # “why?”, “for example?”: what it refers to has just been answered
        # A refresh brings another field, which the judge takes a moment to study.
        self._judge.study(found.field)
        leans = [self._judge.lean(each, found.passages, found.field) for each in found.readings]
        lean = leans[-1] + _SUBJECT_WEIGHT * leans[0] if depends else max(leans)
        return lean >= 0

    async def _write(self, judged: _Judged) -> _Written:
        if self._writer is None or not judged.covered:
            return _Written(judged, None)
        inquiry, question = judged.inquiry, judged.found.question
        brief = Brief(
            question=inquiry.message,
            passages=judged.found.passages,
            person=inquiry.person,
            last=inquiry.last,
            length=question.length,
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
                quotable=self._quotable(found),
                fits=lambda text: text not in beside and self._is_about(text, question),
                length=question.length,
                said=question.said,
            )
            answer = draft.answer.followed_by(answer) if draft else answer
        else:
            nearest = topics([passage.chunk for passage in found.passages])
            answer = Answer(covered=False, passages=found.passages, nearest=nearest)
        return Outcome(answer, self._exchange(question, answer))

    def _quotable(self, found: Found) -> Callable[[Passage], bool]:
        """Tell which passages may be quoted: what roles' own guides say only when a role is meant."""

        def is_a_roles(passage: Passage) -> bool:
            return self._roles.by_id(passage.chunk.guide_id) is not None

        best = [aim.passages[0] for aim in found.aims if aim.passages]
        meant = self._rewriter.is_about_roles(found.question) or any(map(is_a_roles, best))
        return lambda passage: meant or not is_a_roles(passage)

    def _beside_the_point(self, found: Found) -> frozenset[str]:
        """Name the points of the best passage that a follow-up such as “and transport?” does not mean."""
        question = found.question
        if not question.follow_up or question.options or question.roles:
            return frozenset()
        telling = self._finder.telling_words(question.asked)
        points = [unit.text for unit in found.passages[0].chunk.units if unit.kind != "sentence"]
        named = {text for text in points if telling & self._finder.terms(_name_of(text))}
        if question.denies:
            return frozenset(named)
        return frozenset(points) - named if named else frozenset()

    def _is_about(self, text: str, question: Question) -> bool:
        """Whether a statement is not about other roles only than those asked about."""
        named = self._roles.named(text)
        return not (question.roles and named) or bool(set(named) & set(question.roles))

    def _points(self, answer: Answer) -> tuple[str, ...]:
        """Return what “the second one” counts in: roles named at the beginning, or the first list."""
        if answer.statements and len(roles := self._roles.named(answer.statements[0].text)) > 1:
            return tuple(role.title for role in roles)
        items = [statement for statement in answer.statements if statement.kind == "item"]
        return tuple(item.text for item in items if item.paragraph == items[0].paragraph)

    def _exchange(self, question: Question, answer: Answer) -> Exchange:
        said = tuple(statement.text for statement in answer.statements)
        return Exchange(
            question=question.text,
            subject=self._rewriter.subject_of(question, answer),
            points=question.options or self._points(answer),
            said=question.said + said,
            offers=answer.nearest,
            answered=answer.covered,
        )


def _name_of(point: str) -> str:
    """Return what a point is called: “Transport: self-driving cars” is about transport."""
    return point.partition(":")[0]
