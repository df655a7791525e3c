"""The plain pipeline everyone starts from: split by length, embed, take the nearest four."""

from __future__ import annotations

from pathlib import Path

from langchain_chroma import Chroma
from langchain_text_splitters import RecursiveCharacterTextSplitter

from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import open_client

# The sizes of LangChain's own introduction.
_CHUNK_CHARACTERS = 1000
_OVERLAP_CHARACTERS = 200
_NEAREST = 4


class PlainPipeline:
    """Answers with the four nearest chunks as they are, and never refuses."""

    def __init__(self, guides_dir: Path, folder: Path, embeddings: SentenceEmbeddings) -> None:
        """Index the guides' files in a folder of its own."""
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=_CHUNK_CHARACTERS, chunk_overlap=_OVERLAP_CHARACTERS
        )
        texts = [path.read_text(encoding="utf-8") for path in sorted(guides_dir.glob("*.md"))]
        self._store = Chroma("plain", embeddings, client=open_client(folder))
        self._store.add_documents(splitter.create_documents(texts))

    def retrieve(self, question: str) -> list[str]:
        """Return the texts of the four nearest chunks, nearest first."""
        return [found.page_content for found in self._store.similarity_search(question, k=_NEAREST)]
