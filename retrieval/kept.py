"""Vectors of the project's own texts, which are encoded once and kept in the library."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from knowledge.library import Library, Vectors
from retrieval.embeddings import SentenceEmbeddings


async def encode_once(texts: Sequence[str], library: Library, embeddings: SentenceEmbeddings) -> Vectors:
    """Return the vectors of texts, of shape (texts, dimensions), encoding them only when they are new."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    vectors = await library.kept_vectors(embeddings.fingerprint, digest, len(texts))
    if vectors is None:
        vectors = await asyncio.to_thread(embeddings.encode, texts)
        await library.keep_vectors(embeddings.fingerprint, {digest: vectors})
    return vectors
