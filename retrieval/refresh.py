"""Guides → library → index: encode only what is new, then show it all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.chunking import Chunk
from knowledge.guide import Guide
from knowledge.library import Draft, Edition, Library, Vectors, draft, texts_to_embed
from retrieval.embeddings import BATCH_SIZE, SentenceEmbeddings
from retrieval.search import Searcher

# Called with (chunks encoded so far, chunks to encode).
Progress = Callable[[int, int], None]


def ignore_progress(_done: int, _total: int) -> None:
    """Show nothing."""


# Chunks whose vectors are encoded and kept in one step: a kill costs at most these.
_STEP = BATCH_SIZE


@dataclass(frozen=True, slots=True)
class Plan:
    """What a refresh would change: guides by id, and the chunks that must be encoded."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    to_encode: int
    drafts: tuple[Draft, ...]
    missing: dict[str, Chunk]

    @property
    def changes(self) -> bool:
        """Whether anything people see would differ."""
        return bool(self.added or self.changed or self.removed)


class Refresh:
    """Brings the library and its index in line with a set of guides."""

    def __init__(self, library: Library, embeddings: SentenceEmbeddings, searcher: Searcher) -> None:
        """Write to the library, and have the searcher follow."""
        self._library = library
        self._embeddings = embeddings
        self._searcher = searcher

    async def plan(self, guides: Sequence[Guide]) -> Plan:
        """Compare guides with the live edition; nothing is written."""
        live = await self._library.live()
        drafts = tuple(draft(guide) for guide in guides)
        chunks = [chunk for item in drafts for chunk in item.chunks]
        missing = await self._library.unembedded(chunks, self._embeddings.fingerprint)
        state: dict[Literal["added", "changed", "unchanged"], list[str]] = {
            "added": [],
            "changed": [],
            "unchanged": [],
        }
        for item in drafts:
            known = live.versions.get(item.guide.id)
            if known is None:
                state["added"].append(item.guide.id)
            else:
                state["unchanged" if known == item.version_id else "changed"].append(item.guide.id)
        return Plan(
            added=tuple(state["added"]),
            changed=tuple(state["changed"]),
            removed=tuple(sorted(live.versions.keys() - {guide.id for guide in guides})),
            unchanged=tuple(state["unchanged"]),
            to_encode=len(missing),
            drafts=drafts,
            missing=missing,
        )

    async def apply(self, plan: Plan, *, actor: str, note: str, progress: Progress) -> Edition:
        """Carry a plan out: encode, write, index, and flip to the new edition in one step."""
        model = self._embeddings.fingerprint
        live = await self._library.live()
        await self._encode(plan, progress)
        if not plan.changes and live.model == model and live.id:
            return live
        await self._library.write(plan.drafts)
        versions = {item.guide.id: item.version_id for item in plan.drafts}
        await self._searcher.prepare(Edition(0, model, versions))
        edition = await self._library.publish(list(versions.values()), model=model, actor=actor, note=note)
        await self._searcher.follow(edition)
        return edition

    async def _encode(self, plan: Plan, progress: Progress) -> None:
        waiting = list(plan.missing.items())
        progress(0, len(waiting))
        for start in range(0, len(waiting), _STEP):
            step = waiting[start : start + _STEP]
            texts = [texts_to_embed(chunk) for _, chunk in step]
            flat = await asyncio.to_thread(
                self._embeddings.encode, [text for chunk_texts in texts for text in chunk_texts]
            )
            ends = np.cumsum([len(chunk_texts) for chunk_texts in texts])[:-1]
            matrices: list[Vectors] = np.split(flat, ends)
            await self._library.keep_vectors(
                self._embeddings.fingerprint,
                {digest: matrix for (digest, _), matrix in zip(step, matrices, strict=True)},
            )
            progress(start + len(step), len(waiting))
