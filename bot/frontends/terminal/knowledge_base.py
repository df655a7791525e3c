"""The knowledge base on the command line."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from bot.app import App, open_app, open_library
from bot.config import Settings
from bot.frontends.terminal.once import input_lines
from bot.frontends.terminal.progress import encoding_bar
from bot.wire import LineError, passage_fields, read_query, to_line
from retrieval.answer import Passage


async def list_guides(settings: Settings, *, as_json: bool) -> None:
    """List the live guides."""
    async with open_library(settings) as (_, library):
        guides = await library.guides()
    if as_json:
        fields = [
            {"id": g.id, "title": g.title, "summary": g.summary, "updated": g.updated, "chunks": g.chunks}
            for g in guides
        ]
        print(json.dumps(fields, ensure_ascii=False))
    elif not guides:
        print("The library is empty. Fill it with: career-coach kb refresh")
    else:
        table = Table("Guide", "What it is for", "Chunks", "Updated")
        for guide in guides:
            table.add_row(guide.title, guide.summary, str(guide.chunks), guide.updated)
        Console().print(table)


async def search(settings: Settings, text: str, k: int, *, as_json: bool) -> None:
    """Show the sections found for a text."""
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            found = await _find(app, text, k)
    if as_json:
        print(to_line(_result_fields(text, found)))
        return
    for passage in found:
        print(f"{passage.score:.2f}  {passage.place}\n{passage.chunk.quote}\n")
    if not found:
        print("Nothing was found.")


async def search_lines(settings: Settings, default_k: int) -> None:
    """Search for each line of JSON, in order, until the input ends."""
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            async for line in input_lines():
                try:
                    text, k = read_query(line, default_k)
                except LineError as error:
                    print(to_line({"text": line, "results": [], "error": str(error)}), flush=True)
                else:
                    found = await _find(app, text, k)
                    print(to_line(_result_fields(text, found)), flush=True)


async def _find(app: App, text: str, k: int) -> list[Passage]:
    documents = await app.retriever(k).ainvoke(text)
    return [document.metadata["passage"] for document in documents]


def _result_fields(text: str, found: list[Passage]) -> dict[str, object]:
    return {"text": text, "results": [passage_fields(passage) for passage in found]}
