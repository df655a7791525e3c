"""A question → what the library holds on it: passages, each single question's aim, and how it reads.

Where a message may mean two things, both are looked for, and the one that the guides answer better is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from knowledge.library import Vectors
from knowledge.roles import Roles
from retrieval.answer import Passage
from retrieval.compose import Aim
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field, unit_length
from retrieval.figures import Figures
from retrieval.fitting import Fitting
from retrieval.reading import Reading
from retrieval.rewrite import Question
from retrieval.search import Searcher, likeness
from retrieval.sections import Sections
from retrieval.statements import rests_on_statements
from retrieval.wording import content_words

# Passages found for a question; an answer rests on the first few, the rest are next topics.
_PASSAGES = 8
# Passages that nobody wrote questions for in which the words of a question must fit: in more of them
# something is like any word.
_FITTING = 2
# A single question among several still stands in the light of the whole message.
_WHOLE_MESSAGE = 0.4
# What a follow-up asks weighs so much beside the same with its subject.
_OWN_WORDS = 1.0
# A message that may stand alone is read so when the guides answer it so much better than beside the
# subject: “and hackathons?” leaves the subject (0.8), “which tools?” keeps to the role (0.05).
_ALONE = 0.2
# “Tell me more” goes deeper where the answer began: that guide's sections stand so much nearer.
_NEARBY = 0.6
# “Any books for that?” does not ask for the passage again that was just quoted.
_SAID = 0.3
# And “any others?” asks for anything but that.
_SAID_ALREADY = 1.0
# “machine” and “learning” stand nearly everywhere (BM25's idf; 1.2 is in 3 chunks of 10).
_TELLING_RARITY = 1.2


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: `passages`, best first, and an aim for each single question.

    `readings` of the question are as searched for and, where that differs, as asked.
    """

    question: Question
    aims: tuple[Aim, ...]
    passages: tuple[Passage, ...]
    readings: tuple[Reading, ...]
    field: Field

    @property
    def standing(self) -> float:
        """How well the best passage answers: its score, 0 if there is none."""
        return self.passages[0].score if self.passages else 0.0


class Finder:
    """Finds what an answer may rest on."""

    def __init__(
        self, roles: Roles, embeddings: SentenceEmbeddings, searcher: Searcher, sections: Sections
    ) -> None:
        """Search by these vectors; the sections are those beside a passage in its guide."""
        self._roles = roles
        self._embeddings = embeddings
        self._searcher = searcher
        self._sections = sections
        self._figures = Figures.load(embeddings)
        self._fitting = Fitting(embeddings)

    async def find(self, question: Question) -> Found:
        """Find what the library holds on a question, in the sense that it answers better."""
        # “For example?” means nothing alone.
        alone = question.alone if question.alone and content_words(question.alone.asked) else None
        meant = [question, alone] if alone else [question]
        texts = [_to_encode(each) for each in meant]
        vectors = iter(await self._embeddings.aencode([text for each in texts for text in each]))
        found = [
            await self._found(each, [next(vectors) for _ in its])
            for each, its in zip(meant, texts, strict=True)
        ]
        return found[-1] if found[-1].standing > found[0].standing + _ALONE else found[0]

    def telling_words(self, asked: str) -> frozenset[str]:
        """Name the words, as the index knows them, by which a question says what it wants to know."""
        words = self._searcher.words
        rarity = words.rarity(words.terms(" ".join(content_words(asked))))
        return frozenset(word for word, weight in rarity.items() if weight >= _TELLING_RARITY)

    def terms(self, text: str) -> frozenset[str]:
        """Name the words of a text as the index knows them."""
        return frozenset(self._searcher.words.terms(text))

    async def _found(self, question: Question, vectors: list[Vectors]) -> Found:
        asked = len(vectors) - 1 - len(question.parts)
        whole, others = vectors[0], vectors[1:]
        if asked:
            # The subject must not drown what is newly asked about it.
            whole = unit_length(whole + _OWN_WORDS * others[0])
        field = self._searcher.field or Field.of(whole[None])
        passages = await self._passages(question, whole, field)
        aims = tuple(_aim(part, field, passages) for part in others[asked:]) or (
            Aim(field.distinct(whole), whole, passages),
        )
        prose = [passage.chunk for passage in passages if rests_on_statements(passage.chunk)]
        given = await self._figures.given(question.asked, prose) if prose else None
        fit = await self._fitting.worst(question.text, prose[:_FITTING]) if prose else 1.0
        readings = tuple(
            Reading(field.distinct(plain), question.asked, plain, given, fit)
            for plain in (whole, *others[:asked])
        )
        return Found(question, aims, passages, readings, field)

    async def _passages(self, question: Question, vector: Vectors, field: Field) -> tuple[Passage, ...]:
        found = await self._searcher.search(question.text, vector, 2 * _PASSAGES)
        concerned = [passage for passage in found if self._concerns(passage, question)]
        if question.goes_deeper:
            ordered = await self._deeper(concerned, question, vector, field)
        else:
            ordered = self._unsaid_first(concerned, question)
        return tuple(ordered[:_PASSAGES])

    def _concerns(self, passage: Passage, question: Question) -> bool:
        """Whether a passage is not another role's than the one asked about."""
        owner = self._roles.by_id(passage.chunk.guide_id)
        return not question.roles or owner is None or owner in question.roles

    async def _deeper(
        self, passages: Iterable[Passage], question: Question, vector: Vectors, field: Field
    ) -> list[Passage]:
        """Put what the guide of the last answer leaves unsaid before what else was found."""
        said, query = frozenset(question.said), field.distinct(vector)
        known = {passage.chunk.id: passage for passage in passages}
        home = next((p.chunk.guide_id for p in known.values() if _share_said(p, said)), None)
        for chunk in (await self._sections.read([home] if home else [])).values():
            vectors = field.distinct(chunk.vectors)
            known.setdefault(chunk.id, Passage(chunk, likeness(chunk, vectors, query, vector), vectors))
        unsaid = (
            replace(p, score=p.score + _NEARBY * (p.chunk.guide_id == home))
            for p in known.values()
            if _share_said(p, said) < 1 and self._concerns(p, question)
        )
        return sorted(unsaid, key=lambda passage: -passage.score)

    def _unsaid_first(self, passages: list[Passage], question: Question) -> list[Passage]:
        """Put back the passages that the last answers quoted, when a follow-up asks for something new."""
        if question.options or question.refers_back or not self.telling_words(question.asked):
            return passages
        said = frozenset(question.said)
        weight = _SAID_ALREADY if question.moves_on else _SAID
        fresh = (replace(p, score=p.score - weight * _share_said(p, said)) for p in passages)
        return sorted(fresh, key=lambda passage: -passage.score)


def _to_encode(question: Question) -> list[str]:
    """List the texts whose vectors a search needs: the question, as asked where that differs, its parts."""
    asked = [question.asked] if question.follow_up and question.asked != question.text else []
    return [question.text, *asked, *question.parts]


def _share_said(passage: Passage, said: Collection[str]) -> float:
    units = passage.chunk.units
    return sum(unit.text in said for unit in units) / max(1, len(units))


def _aim(plain: Vectors, field: Field, passages: tuple[Passage, ...]) -> Aim:
    """Order what the whole message found by how well it fits one of its questions, whose vector is given."""
    query = field.distinct(plain)
    ranked = (
        replace(p, score=likeness(p.chunk, p.vectors, query, plain) + _WHOLE_MESSAGE * p.score)
        for p in passages
    )
    return Aim(query, plain, tuple(sorted(ranked, key=lambda p: -p.score)))
