"""Vectors of the project's own texts, which are encoded once and kept in the library."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

import numpy as np

from knowledge.library import Library, Vectors
from retrieval.embeddings import SentenceEmbeddings


async def encode_once(texts: Sequence[str], library: Library, embeddings: SentenceEmbeddings) -> Vectors:
    """Return the vectors of texts, of shape (texts, dimensions), encoding only those that are new.

    Each text is kept by itself, so that one more example costs one more encoding.
    """
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    kept = await library.kept_vectors(embeddings.fingerprint, digests)
    new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in kept}
    if new:
        vectors = await asyncio.to_thread(embeddings.encode, list(new.values()))
        made = dict(zip(new, vectors, strict=True))
        await library.keep_vectors(embeddings.fingerprint, made)
        kept |= made
    return np.array([kept[digest] for digest in digests], np.float32).reshape(-1, embeddings.dimensions)
