"""What people ask that no guide answers: grouped for moderators, and answered once one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.memory.gaps import Gaps
from knowledge.library import Vectors
from retrieval.answer import Answer
from retrieval.chain import AnswerChain, Inquiry
from retrieval.embeddings import SentenceEmbeddings

# Two questions this alike mean the same.
_SAME = 0.72


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean the same: the commonest wording, all of them, and how often asked.

    `id` is the number of one recorded question in that wording.
    """

    question: str
    wordings: tuple[str, ...]
    count: int
    id: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody to tell that their question is answered now. For them alone."""

    user: str
    question: str
    answer: Answer


class Wishes:
    """The recorded gaps, read together with what the guides say by now."""

    def __init__(self, gaps: Gaps, chain: AnswerChain, embeddings: SentenceEmbeddings) -> None:
        """Group by the embeddings, answer by the chain."""
        self._gaps = gaps
        self._chain = chain
        self._embeddings = embeddings

    async def grouped(self) -> list[Gap]:
        """Return what is not answered, most asked first; nobody is named."""
        recorded = {gap_id: question.strip() for gap_id, question in (await self._gaps.recorded()).items()}
        ids = {question: gap_id for gap_id, question in recorded.items()}
        counts = Counter(recorded.values())
        wordings = [wording for wording, _ in counts.most_common()]
        vectors = await self._embeddings.aencode(wordings)
        return sorted(
            (
                Gap(
                    wordings[group[0]],
                    tuple(wordings[n] for n in group),
                    sum(counts[wordings[n]] for n in group),
                    ids[wordings[group[0]]],
                )
                for group in _groups(vectors)
            ),
            key=lambda gap: (-gap.count, gap.question),
        )

    async def question(self, gap_id: int) -> str:
        """Return the question of a gap; nothing where it has been deleted since."""
        return await self._gaps.question(gap_id)

    async def notices(self) -> list[Notice]:
        """Return whom to tell what, each once: asking again gives only what is new."""
        covered = {}
        for waiting in await self._gaps.waiting():
            answer = (await self._chain.answer(Inquiry(waiting.question))).answer
            if answer.covered and answer.statements:
                covered[waiting] = answer
        mine = await self._gaps.claim([waiting.gap_id for waiting in covered])
        return [
            Notice(waiting.user, waiting.question, answer)
            for waiting, answer in covered.items()
            if waiting.gap_id in mine
        ]


def _groups(vectors: Vectors) -> list[list[int]]:
    """Put each vector with the first group whose mean is alike, else into one of its own."""
    sums: list[Vectors] = []
    groups: list[Sequence[int]] = []
    for number, vector in enumerate(vectors):
        if sums:
            means = np.stack(sums)
            alike = means @ vector / np.linalg.norm(means, axis=1)
            best = int(np.argmax(alike))
            if alike[best] >= _SAME:
                sums[best] = sums[best] + vector
                groups[best] = [*groups[best], number]
                continue
        sums.append(vector)
        groups.append([number])
    return [list(group) for group in groups]
