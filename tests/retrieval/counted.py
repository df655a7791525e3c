"""The real embedding model, watched."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.library import Vectors
from retrieval.embeddings import SentenceEmbeddings


class Counted(SentenceEmbeddings):
    """The real model, counting the texts it encodes; `breaks_at` makes it fail at one."""

    def __init__(self, real: SentenceEmbeddings, fingerprint: str = "") -> None:
        super().__init__(real._model, fingerprint or real.fingerprint)
        self.encoded: list[str] = []
        self.breaks_at = ""

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.breaks_at in texts:
            raise MemoryError(self.breaks_at)
        self.encoded += texts
        return super().encode(texts)
