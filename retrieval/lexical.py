"""The word index: BM25 by tantivy, in memory, made anew from the library at start."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import tantivy

_ANALYZER = "english"
# Names such as C++ and C# stay whole words.
_WORD = r"[\p{L}\p{N}]+[+#]*"
# Tantivy's writer takes at least 15 MB a thread.
_WRITER_BYTES = 30_000_000


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


# The term that every document holds in the field "all".
_EVERY = "*"


class WordIndex:
    """Chunks by the words they share with a question, rare words counting more."""

    def __init__(self) -> None:
        """Begin empty."""
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        schema.add_text_field("all", tokenizer_name="raw", index_option="basic")
        schema.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
        self._schema = schema.build()
        self._analyzer = _analyzer()
        self._index = tantivy.Index(self._schema)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)
        self._searcher = self._index.searcher()

    def add(self, texts: Iterable[tuple[str, str]]) -> None:
        """Add (chunk id, text) pairs; they are found once this returns."""
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for chunk_id, text in texts:
            writer.add_document(tantivy.Document(id=chunk_id, all=_EVERY, text=text))
        self._commit(writer)

    def remove(self, chunk_ids: Iterable[str]) -> None:
        """Remove chunks by id."""
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for chunk_id in chunk_ids:
            writer.delete_documents_by_term("id", chunk_id)
        self._commit(writer)

    def _commit(self, writer: tantivy.IndexWriter) -> None:
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def terms(self, text: str) -> list[str]:
        """Cut text into the stemmed words that the index knows it by, without stop words."""
        return list(dict.fromkeys(self._analyzer.analyze(text)))

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """Weigh terms by how few chunks hold them (BM25's idf, 0 and up)."""
        # How many hold a term counts what has been removed and not yet swept up; so must this.
        snapshot = self._searcher
        chunks = snapshot.doc_freq("all", _EVERY)
        weights = {}
        for term in terms:
            holding = snapshot.doc_freq("text", term)
            weights[term] = math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))
        return weights

    def nearest(self, text: str, k: int) -> Mapping[str, float]:
        """Return up to `k` chunks with their BM25 score for the text."""
        queries = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term))
            for term in self.terms(text)
        ]
        if not queries:
            return {}
        # An address holds in the snapshot that found it only, and a refresh may put in the next one.
        snapshot = self._searcher
        found = snapshot.search(tantivy.Query.boolean_query(queries), k, count=False)
        return {str(snapshot.doc(address).get_first("id")): score for score, address in found.hits}
