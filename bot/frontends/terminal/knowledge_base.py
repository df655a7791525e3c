"""The knowledge base on the command line."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bot.app import App, open_app
from bot.config import Settings
from bot.frontends.terminal.once import input_lines
from bot.frontends.terminal.progress import encoding_bar
from bot.moderation.curator import find_guide
from bot.storage.opening import open_library
from bot.wire import LineError, passage_fields, read_query, to_line
from knowledge.drafts import draft
from knowledge.history import History
from knowledge.sources import Sources
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
        table = Table("Guide", "Id", "What it is for", "Chunks", "Updated")
        for guide in guides:
            table.add_row(guide.title, guide.id, guide.summary, str(guide.chunks), guide.updated)
        Console().print(table)


async def show(settings: Settings, name: str, *, as_json: bool) -> None:
    """Show a guide: where it comes from, and its sections as they are quoted."""
    async with open_library(settings) as (engine, library):
        sources = Sources(engine)
        guide_id = await find_guide(library, sources, name)
        live = await library.live()
        source = (await sources.all()).get(guide_id)
        chunks = await library.chunks(list(await library.index_sizes([live.versions[guide_id]])), live.model)
    if as_json:
        sections = [{"section": chunk.section, "quote": chunk.quote} for chunk in chunks]
        origin = source.origin if source else "shipped"
        print(to_line({"id": guide_id, "title": chunks[0].guide, "origin": origin, "sections": sections}))
        return
    print(f"{chunks[0].guide}\n{chunks[0].source} {chunks[0].link}")
    if source:
        print(f"Added by {source.added_by} on {source.added_at:%Y-%m-%d} from {source.origin}.")
        print(f"Last read {source.read_at:%Y-%m-%d %H:%M} UTC. {source.error}".rstrip())
    for chunk in chunks:
        print(f"\n## {chunk.section}\n{chunk.quote}")


async def history(settings: Settings, count: int, *, as_json: bool) -> None:
    """List the latest versions of the library: who, when and what."""
    async with open_library(settings) as (engine, _):
        entries = await History(engine).latest(count)
    if as_json:
        print(json.dumps([{**asdict(each), "created_at": each.created_at.isoformat()} for each in entries]))
        return
    for each in entries:
        print(f"{each.edition:>4}  {each.created_at:%Y-%m-%d %H:%M} UTC  {each.actor}: {each.note}")
        for word, titles in (("added", each.added), ("changed", each.changed), ("removed", each.removed)):
            if titles:
                print(f"      {word}: {', '.join(titles)}")


async def gaps(settings: Settings, *, as_json: bool) -> None:
    """List what people asked that no guide answers."""
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            found = await app.wishes.grouped()
    if as_json:
        print(json.dumps([asdict(gap) for gap in found], ensure_ascii=False))
        return
    for gap in found:
        print(f"{gap.count:>4}  {gap.question}")
    print("Nothing was refused so far." if not found else "Answer one with: career-coach kb add FILE or URL")


async def verify(settings: Settings, *, as_json: bool) -> None:
    """Check library, index and files against each other; the index is mended on opening."""
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            lost = await app.refresh.restore_vectors(progress)
            mended = app.searcher.mended
            live = await app.library.live()
            chunks = len(await app.library.index_sizes(live.versions.values()))
            drafts = {
                guide.id: draft(guide).version_id for guide in app.guides if guide.id not in live.withdrawn
            }
    differing = sorted(each for each, version in drafts.items() if live.versions.get(each) != version)
    if as_json:
        found = {"guides": len(live.versions), "chunks": chunks, "index_mended": asdict(mended)}
        print(to_line({**found, "vectors_restored": lost, "files_not_taken_in": differing}))
        return
    encoded = ", encoded again" if lost else ""
    print(f"Library: {len(live.versions)} guides, {chunks} chunks, {lost} without vectors{encoded}.")
    faults = [f"{count} {what}" for what, count in asdict(mended).items() if count]
    print(f"Index: {', '.join(faults)} chunks; mended." if faults else "Index: whole.")
    if differing:
        print(f"Files: {', '.join(differing)} differ. Take them in with: career-coach kb refresh")
    else:
        print("Files: all taken in.")


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
