"""The dense index: Chroma, derived from the library and rebuilt from it when it is not whole.

Nothing is true because Chroma says so. It holds ids and vectors only; what a chunk says
and whether it is live stands in the library. Every call here blocks; the callers run it
in a worker thread.

It lies in a folder, which one process has for itself, or on a server that several share.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from knowledge.library import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

# Measured on 30,000 vectors, most of them of this project's texts: of the nearest 50, 7 in 1,000 are
# missed. A graph that took 1.7 times as long to build (200 and 24) missed 2; to build one with 400 and 32
# took a quarter of the time that encoding takes. Once built they are fixed.
_HNSW = {"space": "cosine", "ef_construction": 100, "ef_search": 400, "max_neighbors": 16}
# Up to this many rows (30 MB of them) all are compared, which misses none whatever was taken out
# and put in: one product, about a millisecond. Above it the graph is asked.
_EXACT_ROWS = 20_000
# While Chroma writes a batch nothing else in the process runs: with a thousand rows and other work beside it,
# the event loop stood still for five seconds, and a lease ran out. The time for all is the same.
_WRITE_BATCH = 100
# To delete is quick, and most of it the same for any number of rows.
_DELETE_BATCH = 1000
_PROBE_BATCH = 500
_TIMEOUT_SECONDS = 30
_QUESTION = re.compile(r"#\d+$")


def open_client(path: Path) -> ClientAPI:
    """Open the Chroma database in a folder of this machine."""
    # Chroma takes a second to import; whoever only wants --help must not wait for it.
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))


def open_server(url: str, token: str) -> ClientAPI:
    """Reach the Chroma server at `http://host:port`; a token goes along as `Authorization: Bearer`.

    Raises:
        ValueError: it cannot be reached, or does not let us in.

    """
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    client = chromadb.HttpClient(
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        ssl=secure,
        headers={"Authorization": f"Bearer {token}"} if token else None,
        settings=Settings(anonymized_telemetry=False),
    )
    # By itself it waits for ever when the server hangs.
    for connections in _connections(client):
        connections.timeout = _TIMEOUT_SECONDS
    return client


def close_client(client: ClientAPI) -> None:
    """Close what `open_client` or `open_server` opened; Chroma itself leaves connections open."""
    left_open = _connections(client)
    cast("Client", client).close()
    for connections in left_open:
        connections.close()


def _connections(client: ClientAPI) -> list[Any]:
    """Find the `httpx.Client`s to a server; there is no public way to them."""
    inside: Any = client
    servers = (inside._server, inside._admin_client._server)  # noqa: SLF001
    return [server._session for server in servers if hasattr(server, "_session")]  # noqa: SLF001


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Every row, as it was in one state of the collection: its id, and its vector of unit length.

    Of more rows than are compared it is only known how many there are.
    """

    state: object
    count: int
    ids: Sequence[str] = ()
    vectors: Vectors | None = None


class VectorIndex:
    """Nearest chunks by vector, for one embedding model.

    Each model has a collection of its own, so that vectors of two models never meet.
    A row's id is the chunk's id and, for one of its questions, `#` and a number.
    """

    def __init__(self, client: ClientAPI, fingerprint: str, shared_by: str = "") -> None:
        """Open, or make, the collection of the model that `fingerprint` names.

        Other processes read a shared one, too; `shared_by` names the library whose they all are.
        """
        self._client = client
        self.shared = bool(shared_by)
        self._name = "-".join(filter(None, ("chunks", shared_by, fingerprint)))
        self._collection = self._open()
        self._state = object()  # another one after every write
        self._rows: _Rows | None = None  # as last read
        self._reading = threading.Lock()

    def _open(self) -> Collection:
        configuration: Any = {"hnsw": _HNSW}
        return self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration=configuration
        )

    def count(self) -> int:
        """Count the rows."""
        return self._collection.count()

    def nearest(self, vector: Vectors, k: int) -> dict[str, float]:
        """Return up to `k` rows' chunks with their best cosine similarity."""
        rows = self._current()
        if rows.vectors is None:
            found = self._queried(vector, min(k, rows.count)) if rows.count else []
        else:
            found = _compared(rows.ids, rows.vectors, vector, k)
        best: dict[str, float] = {}
        for row_id, similarity in found:
            chunk_id = _chunk_of(row_id)
            best[chunk_id] = max(best.get(chunk_id, -1.0), similarity)
        return best

    def read_anew(self) -> None:
        """Read what is there now: another process may have written."""
        self._state = object()
        self._current()

    def _current(self) -> _Rows:
        """Return the rows as they are; of all who ask after a write, one reads them."""
        with self._reading:
            if self._rows is None or self._rows.state is not self._state:
                self._rows = self._read()
            return self._rows

    def _read(self) -> _Rows:
        # A write may end while rows are read: they are kept as of the state before.
        state = self._state
        if self.shared:  # another process may have thrown it away and begun anew
            self._collection = self._open()
        rows = _Rows(state, self._collection.count())
        if 0 < rows.count <= _EXACT_ROWS:
            read = self._collection.get(include=["embeddings"])
            vectors = np.asarray(read["embeddings"], dtype=np.float32)
            rows = _Rows(state, len(read["ids"]), read["ids"], vectors if len(vectors) else None)
        return rows

    def _queried(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """Ask Chroma's graph."""
        from chromadb.errors import NotFoundError

        try:
            return self._asked(vector, k)
        except NotFoundError:
            self.read_anew()
            return self._asked(vector, k)

    def _asked(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        found = self._collection.query(
            query_embeddings=np.stack([vector]), n_results=k, include=["distances"]
        )
        distances = (found["distances"] or [[]])[0]
        return [(row_id, 1.0 - each) for row_id, each in zip(found["ids"][0], distances, strict=True)]

    def add(self, rows: Iterable[tuple[str, Vectors]]) -> None:
        """Write chunks: each an id and its vectors, the chunk's own first, then its questions'."""
        ids: list[str] = []
        vectors: list[Vectors] = []
        for chunk_id, matrix in rows:
            ids += _rows_of(chunk_id, matrix)
            vectors += list(matrix)
        for start in range(0, len(ids), _WRITE_BATCH):
            end = start + _WRITE_BATCH
            self._collection.upsert(ids=ids[start:end], embeddings=np.stack(vectors[start:end]))
        self._state = object()

    def keep_only(self, chunk_ids: set[str]) -> None:
        """Delete every row of a chunk that is not named."""
        self._delete([row for row in self._row_ids() if _chunk_of(row) not in chunk_ids])

    def remove(self, sizes: Mapping[str, int]) -> None:
        """Delete chunks; `sizes` says how many rows each has."""
        self._delete([row for chunk_id, size in sizes.items() for row in _row_names(chunk_id, size)])

    def _delete(self, rows: Sequence[str]) -> None:
        if not rows:
            return  # what was read is still right, and reading it takes a while
        for start in range(0, len(rows), _DELETE_BATCH):
            self._collection.delete(ids=list(rows[start : start + _DELETE_BATCH]))
        self._state = object()

    def chunk_ids(self) -> set[str]:
        """Name the chunks that have a row."""
        return {_chunk_of(row) for row in self._row_ids()}

    def incomplete(self, rows: Iterable[tuple[str, Vectors]]) -> list[tuple[str, Vectors]]:
        """Pick the chunks of which any row is missing."""
        known = set(self._row_ids())
        return [row for row in rows if not known.issuperset(_rows_of(*row))]

    def unreachable(self, rows: Sequence[tuple[str, Vectors]]) -> list[str]:
        """Name the chunks that a search for their own vectors does not find.

        After a kill, a row can be read by id and still be missing from the graph.
        """
        lost: list[str] = []
        for start in range(0, len(rows), _PROBE_BATCH):
            batch = rows[start : start + _PROBE_BATCH]
            if not self._collection.count():
                lost += [chunk_id for chunk_id, _ in batch]
                continue
            found = self._collection.query(
                query_embeddings=np.stack([matrix[0] for _, matrix in batch]),
                n_results=min(3, self._collection.count()),
                include=[],
            )
            lost += [
                chunk_id
                for (chunk_id, _), hits in zip(batch, found["ids"], strict=True)
                if chunk_id not in map(_chunk_of, hits)
            ]
        return lost

    def clear(self) -> None:
        """Throw the collection away and begin an empty one."""
        self._client.delete_collection(self._name)
        self._collection = self._open()
        self._state = object()

    def _row_ids(self) -> list[str]:
        return list(self._collection.get(include=[])["ids"])


def _compared(ids: Sequence[str], vectors: Vectors, vector: Vectors, k: int) -> list[tuple[str, float]]:
    """Compare with every row; the nearest are returned in no order."""
    similarity = vectors @ vector
    nearest = np.argpartition(-similarity, min(k, len(ids)) - 1)[:k]
    return [(ids[n], float(similarity[n])) for n in nearest]


def _rows_of(chunk_id: str, matrix: Vectors) -> list[str]:
    return _row_names(chunk_id, len(matrix))


def _row_names(chunk_id: str, size: int) -> list[str]:
    return [chunk_id, *(f"{chunk_id}#{n}" for n in range(1, size))]


def _chunk_of(row_id: str) -> str:
    # A guide's own name may hold a #; a chunk's id ends in a dot and a number.
    return _QUESTION.sub("", row_id)
