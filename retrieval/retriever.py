"""The search as LangChain knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.answer import Passage
from retrieval.search import Searcher


class HybridRetriever(BaseRetriever):
    """The search as a LangChain retriever: a question in, documents out, best first.

    A document's metadata hold `guide`, `section`, `source`, `score` and, for steps that
    need its vectors, `passage`. What is asked goes through `read` first, which mends it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    embeddings: Any
    read: Callable[[str], str] = str
    k: int = 4

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        asked = await asyncio.to_thread(self.read, query)
        vectors = await self.embeddings.aencode([asked])
        return [_document(found) for found in await self.searcher.search(asked, vectors[0], self.k)]

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
    ) -> list[Document]:
        raise NotImplementedError("the library is read asynchronously: use ainvoke()")


def _document(passage: Passage) -> Document:
    chunk = passage.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.quote,
        metadata={
            "guide": chunk.guide,
            "section": chunk.section,
            "source": chunk.source,
            "score": passage.score,
            "passage": passage,
        },
    )
