"""A search over a library of the test's own: real SQLite, real Chroma, the real model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromadb.api import ClientAPI
from chromadb.api.client import Client

from knowledge.library import Library
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Refresh
from retrieval.search import Searcher


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ClientAPI]:
    opened = open_client(tmp_path / "chroma")
    assert isinstance(opened, Client)
    yield opened
    opened.close()


@pytest.fixture
def index(client: ClientAPI, embeddings: SentenceEmbeddings) -> VectorIndex:
    return VectorIndex(client, embeddings.fingerprint)


@pytest.fixture
def searcher(library: Library, index: VectorIndex, embeddings: SentenceEmbeddings) -> Searcher:
    return Searcher(library, index, embeddings.fingerprint)


@pytest.fixture
def refresh(library: Library, embeddings: SentenceEmbeddings, searcher: Searcher) -> Refresh:
    return Refresh(library, embeddings, searcher)


@pytest.fixture
def restart(client: ClientAPI, library: Library, embeddings: SentenceEmbeddings) -> Callable[..., Searcher]:
    """Make a searcher as the next start would, for this model or one of another name."""

    def make(model: str = embeddings.fingerprint) -> Searcher:
        return Searcher(library, VectorIndex(client, model), model)

    return make
