"""Guides → library → index: encode only what is new, then show it all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge.drafts import Draft, draft, texts_to_embed
from knowledge.guide import Guide
from knowledge.library import Edition, Library, Vectors
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
    """What a change would do: guides by id, and the texts that must be encoded, by digest.

    `versions` is the library as it would be; `base` the edition the plan was made against.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    drafts: tuple[Draft, ...]
    versions: Mapping[str, str]
    withdrawn: frozenset[str]
    missing: Mapping[str, Sequence[str]]
    base: int

    @property
    def changes(self) -> bool:
        """Whether anything people see would differ."""
        return bool(self.added or self.changed or self.removed)

    @property
    def to_encode(self) -> int:
        """How many chunks must be encoded."""
        return len(self.missing)


class Refresh:
    """Brings the library and its index in line with a set of guides."""

    def __init__(self, library: Library, embeddings: SentenceEmbeddings, searcher: Searcher) -> None:
        """Write to the library, and have the searcher follow."""
        self._library = library
        self._embeddings = embeddings
        self._searcher = searcher

    async def plan(
        self,
        guides: Sequence[Guide],
        keep: Mapping[str, str] | None = None,
        withdrawn: Collection[str] | None = None,
    ) -> Plan:
        """Compare guides with the live edition; nothing is written.

        The library would hold the guides and, beside them, the versions to `keep`, by
        guide. What is withdrawn stays so unless it is given.
        """
        live = await self._library.live()
        drafts = tuple(draft(guide) for guide in guides)
        versions = {**(keep or {}), **{item.guide.id: item.version_id for item in drafts}}
        new = [item for item in drafts if live.versions.get(item.guide.id) != item.version_id]
        same_model = live.model == self._embeddings.fingerprint
        return Plan(
            added=tuple(guide_id for guide_id in versions if guide_id not in live.versions),
            changed=tuple(
                each for each in versions if live.versions.get(each, versions[each]) != versions[each]
            ),
            removed=tuple(sorted(live.versions.keys() - versions.keys())),
            unchanged=tuple(each for each in versions if live.versions.get(each) == versions[each]),
            drafts=tuple(new),
            versions=versions,
            withdrawn=live.withdrawn if withdrawn is None else frozenset(withdrawn),
            missing=await self._missing(new, () if same_model else versions.values()),
            base=live.id,
        )

    async def _missing(self, drafts: Sequence[Draft], stored: Collection[str]) -> dict[str, Sequence[str]]:
        """Return the texts not encoded yet: of drafts and, for a new model, of what is stored."""
        model = self._embeddings.fingerprint
        new = await self._library.unembedded((chunk for item in drafts for chunk in item.chunks), model)
        missing = {digest: texts_to_embed(chunk) for digest, chunk in new.items()}
        return {**missing, **await self._library.texts_without_vectors(stored, model)}

    async def apply(
        self, plan: Plan, *, actor: str, note: str, progress: Progress = ignore_progress
    ) -> Edition:
        """Carry a plan out: encode, write, index, and flip to the new edition in one step."""
        model = self._embeddings.fingerprint
        live = await self._library.live()
        await self.prepare(plan, progress)
        same = plan.versions == live.versions and plan.withdrawn == live.withdrawn
        if same and live.model == model and live.id:
            await self._searcher.follow(live)
            return live
        edition = await self._library.publish(
            list(plan.versions.values()), model=model, actor=actor, note=note, withdrawn=plan.withdrawn
        )
        await self._searcher.follow(edition)
        await self._searcher.sweep()
        return edition

    async def prepare(self, plan: Plan, progress: Progress = ignore_progress) -> Edition:
        """Encode, write and index what a plan adds, so that it can be searched though not seen."""
        await self._encode(plan, progress)
        await self._library.write(plan.drafts)
        edition = Edition(0, self._embeddings.fingerprint, plan.versions)
        await self._searcher.prepare(edition)
        return edition

    async def restore_vectors(self, progress: Progress = ignore_progress) -> int:
        """Encode again what the live edition has lost the vectors of; return how many chunks."""
        live = await self._library.live()
        plan = await self.plan([], live.versions)
        lost = await self._library.texts_without_vectors(live.versions.values(), live.model)
        await self._encode(replace(plan, missing=lost), progress)
        if lost:
            await self._searcher.open()
        return len(lost)

    async def discard(self) -> None:
        """Take what was prepared, and is not live, out of the index."""
        await self._searcher.discard()

    async def _encode(self, plan: Plan, progress: Progress) -> None:
        waiting = list(plan.missing.items())
        progress(0, len(waiting))
        for start in range(0, len(waiting), _STEP):
            step = waiting[start : start + _STEP]
            flat = await asyncio.to_thread(
                self._embeddings.encode, [text for _, texts in step for text in texts]
            )
            ends = np.cumsum([len(texts) for _, texts in step])[:-1]
            matrices: list[Vectors] = np.split(flat, ends)
            await self._library.keep_vectors(
                self._embeddings.fingerprint,
                {digest: matrix for (digest, _), matrix in zip(step, matrices, strict=True)},
            )
            progress(start + len(step), len(waiting))
