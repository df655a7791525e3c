"""A search over a library of the test's own: real SQLite, real Chroma, the real model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromadb.api import ClientAPI
from chromadb.api.client import Client

from knowledge.library import Library
from knowledge.roles import load_roles
from retrieval import model
from retrieval.check import Checker
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Refresh
from retrieval.search import Searcher
from retrieval.verify import Verifier
from retrieval.wording import Wording
from tests.retrieval.counted import Counted
from tests.retrieval.model_server import ModelServer, serving


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ClientAPI]:
    opened = open_client(tmp_path / "chroma")
    assert isinstance(opened, Client)
    yield opened
    opened.close()


@pytest.fixture
def counted(embeddings: SentenceEmbeddings) -> Iterator[Counted]:
    model = Counted(embeddings)
    yield model
    model.close()


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


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A server that a test tells what to say; attempts follow each other at once."""
    monkeypatch.setattr(model, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(model, "_LONGEST_WAIT", 0.001)
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def reader(wording: Wording) -> Reader:
    return Reader(wording, load_roles())


@pytest.fixture(scope="session")
def checker(embeddings: SentenceEmbeddings, reader: Reader) -> Checker:
    return Checker.load(Verifier(embeddings, reader), reader)
