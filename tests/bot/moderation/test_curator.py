"""Adding, changing, removing and undoing, over real parts and small guides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.fleet import Fleet
from bot.moderation.curator import CurationError, Curator
from bot.moderation.duplicates import Duplicates
from bot.moderation.intake import Intake
from bot.moderation.items import Item, attachment, from_arguments, page, pasted
from bot.moderation.proposal import Proposal
from knowledge.fetching import Fetched, Fetcher, FetchError
from knowledge.guide import Guide
from knowledge.history import History
from knowledge.library import Library
from knowledge.loaders.document import Provenance
from knowledge.loaders.sandbox import open_sandbox
from knowledge.sources import Sources
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Refresh
from retrieval.search import Searcher

BREAD = b"""Bread

Bread needs flour, water, salt and time. A dough rests for an hour in a warm kitchen before it is shaped.
"""
TEA = b"""Tea

Green tea is steeped for two minutes at eighty degrees. Black tea takes boiling water and four minutes.
"""


class Web(Fetcher):
    """Pages by their address; `down` makes every fetch fail."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, bytes] = {}
        self.down = False
        self.conditions: list[str] = []

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:  # noqa: ARG002
        self.conditions.append(etag)
        if self.down:
            raise FetchError("tea.example did not answer within 20 seconds.")
        data = self.pages[url]
        mark = f'"{hash(data)}"'
        return Fetched(url, None) if mark == etag else Fetched(url, data, "text/plain", mark)


@dataclass
class Desk:
    """A moderator's desk: everything there is to work with."""

    curator: Curator
    library: Library
    sources: Sources
    searcher: Searcher
    history: History
    web: Web
    shipped: list[Guide] = field(default_factory=list)

    async def apply(self, proposal: Proposal) -> Proposal:
        await self.curator.apply(proposal, actor="mod")
        return proposal

    async def add(self, *items: Item) -> Proposal:
        return await self.apply(await self.curator.propose_add(items, actor="mod"))

    async def refresh(self) -> Proposal:
        return await self.apply(await self.curator.propose_refresh(actor="mod"))

    async def titles(self) -> list[str]:
        return [guide.title for guide in await self.library.guides()]


@pytest.fixture
async def desk(
    engine: AsyncEngine, library: Library, embeddings: SentenceEmbeddings, tmp_path: Path
) -> AsyncIterator[Desk]:
    client = open_client(tmp_path / "index")
    searcher = Searcher(library, VectorIndex(client, embeddings.fingerprint), embeddings.fingerprint)
    refresh = Refresh(library, embeddings, searcher)
    sources, web, shipped = Sources(engine), Web(), list[Guide]()
    async with open_sandbox() as sandbox:
        curator = Curator(
            library,
            sources,
            refresh,
            Intake(web, sandbox),
            Duplicates(library, searcher, embeddings),
            lambda: shipped,
            Fleet.of(engine).curating,
        )
        yield Desk(curator, library, sources, searcher, History(engine), web, shipped)
    client.close()  # type: ignore[attr-defined]


async def test_what_is_added_is_found_with_its_provenance(desk: Desk, embeddings: SentenceEmbeddings) -> None:
    said = Provenance(author="Jo Baker", url="https://crumb.example/bread")
    proposal = await desk.add(attachment("bread.txt", BREAD, said))

    (vector,) = await embeddings.aencode(["how long does dough rest"])
    (found,) = await desk.searcher.search("how long does dough rest", vector, 1)
    assert [guide.title for guide in proposal.added] == ["Bread"]
    assert found.chunk.source == "Jo Baker, “Bread”"
    assert found.chunk.link == "https://crumb.example/bread"
    assert found.chunk.quote in BREAD.decode()


async def test_a_proposal_changes_nothing_before_it_is_applied(desk: Desk) -> None:
    proposal = await desk.curator.propose_add([attachment("bread.txt", BREAD)], actor="mod")
    await desk.curator.prepare(proposal)
    assert await desk.titles() == []

    await desk.curator.discard()
    assert await desk.titles() == []
    assert desk.searcher._index.chunk_ids() == set()


async def test_the_same_again_changes_nothing_and_encodes_nothing(desk: Desk) -> None:
    await desk.add(attachment("bread.txt", BREAD))
    again = await desk.add(attachment("bread.txt", BREAD))

    assert not again.plan.changes
    assert again.plan.to_encode == 0
    assert (await desk.library.live()).id == 1


async def test_a_changed_file_takes_the_place_of_its_former_self(desk: Desk) -> None:
    await desk.add(attachment("bread.txt", BREAD))
    proposal = await desk.add(attachment("bread.txt", BREAD.replace(b"an hour", b"two hours")))

    assert [guide.title for guide in proposal.changed] == ["Bread"]
    assert await desk.titles() == ["Bread"]


async def test_duplicates_are_pointed_out_and_left_out(desk: Desk) -> None:
    await desk.add(attachment("bread.txt", BREAD))
    proposal = await desk.add(
        attachment("copy.txt", BREAD.replace(b"Bread\n", b"My bread\n")), attachment("tea.txt", TEA)
    )

    assert [(each.name, each.guide) for each in proposal.duplicates] == [("My bread", "Bread")]
    assert await desk.titles() == ["Bread", "Tea"]


async def test_what_cannot_be_read_is_said_and_the_rest_is_added(desk: Desk) -> None:
    proposal = await desk.add(attachment("bread.pdf", BREAD), attachment("tea.txt", TEA))

    assert [trouble.name for trouble in proposal.troubles] == ["bread.pdf"]
    assert await desk.titles() == ["Tea"]


async def test_removing_and_undoing_without_encoding(desk: Desk) -> None:
    await desk.add(attachment("bread.txt", BREAD))
    await desk.add(attachment("tea.txt", TEA))
    await desk.apply(await desk.curator.propose_remove(["tea"]))
    assert await desk.titles() == ["Bread"]

    undone = await desk.apply(await desk.curator.propose_undo())
    assert undone.plan.to_encode == 0
    assert await desk.titles() == ["Bread", "Tea"]
    assert (await desk.apply(await desk.curator.propose_undo(1))).plan.removed
    assert await desk.titles() == ["Bread"]


async def test_the_history_says_who_when_and_what(desk: Desk) -> None:
    await desk.add(attachment("bread.txt", BREAD))
    await desk.apply(await desk.curator.propose_remove(["Bread"]))

    removed, added = await desk.history.latest(5)
    assert (removed.actor, removed.removed) == ("mod", ("Bread",))
    assert (added.edition, added.added, added.note) == (1, ("Bread",), "add bread.txt")


async def test_a_shipped_guide_that_was_removed_stays_away_until_that_is_undone(
    desk: Desk, make_guide: Callable[..., Guide]
) -> None:
    desk.shipped.append(make_guide("maths", "Learn linear algebra first and then go on to calculus."))
    await desk.refresh()
    await desk.apply(await desk.curator.propose_remove(["maths"]))
    await desk.refresh()
    assert await desk.titles() == []

    await desk.apply(await desk.curator.propose_undo(1))
    await desk.refresh()
    assert await desk.titles() == ["About maths"]


async def test_a_refresh_reads_pages_again_and_keeps_what_was_added_by_hand(desk: Desk) -> None:
    desk.web.pages["https://tea.example/"] = TEA
    await desk.add(page("https://tea.example/"), attachment("bread.txt", BREAD))
    assert not (await desk.refresh()).plan.changes

    desk.web.pages["https://tea.example/"] = TEA.replace(b"two minutes", b"three minutes")
    proposal = await desk.refresh()
    assert [guide.title for guide in proposal.changed] == ["Tea"]
    assert desk.web.conditions[0] == ""
    assert all(desk.web.conditions[1:])
    assert await desk.titles() == ["Bread", "Tea"]


async def test_a_page_that_fails_keeps_its_last_good_version_and_says_so(desk: Desk) -> None:
    desk.web.pages["https://tea.example/"] = TEA
    await desk.add(page("https://tea.example/"))
    desk.web.down = True
    proposal = await desk.refresh()

    assert [(trouble.name, trouble.kept) for trouble in proposal.troubles] == [("https://tea.example/", True)]
    assert await desk.titles() == ["Tea"]
    (source,) = (await desk.sources.all()).values()
    assert "did not answer" in source.error


async def test_after_an_undo_a_page_is_read_anew_and_not_taken_for_unchanged(desk: Desk) -> None:
    desk.web.pages["https://tea.example/"] = TEA
    await desk.add(page("https://tea.example/"))
    desk.web.pages["https://tea.example/"] = TEA.replace(b"two minutes", b"three minutes")
    await desk.refresh()
    await desk.apply(await desk.curator.propose_undo())

    assert [guide.title for guide in (await desk.refresh()).changed] == ["Tea"]


async def test_two_proposals_made_at_once_are_both_carried_out(desk: Desk) -> None:
    one = await desk.curator.propose_add([attachment("bread.txt", BREAD)], actor="mod")
    two = await desk.curator.propose_add([pasted("Tea", TEA.decode())], actor="mod")
    await desk.apply(one)
    await desk.apply(two)

    assert await desk.titles() == ["Bread", "Tea"]


async def test_a_folder_is_read_whole(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "deep").mkdir(parents=True)
    (folder / "bread.txt").write_bytes(BREAD)
    (folder / "deep" / "tea.md").write_bytes(TEA.replace(b"Tea\n", b"# Tea\n"))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    await desk.add(*from_arguments([str(folder)], Provenance()))

    assert await desk.titles() == ["Bread", "Tea"]


async def test_the_questions_beside_a_guide_are_taken_with_it(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    text = "## Bread\n> Asks: How long does dough rest?\n\nA dough rests for an hour in a warm kitchen, then."
    (folder / "bread.md").write_text(text)
    (folder / "bread.asks.yaml").write_text("Bread:\n  - when can i shape it\n")
    items = from_arguments([str(folder)], Provenance())
    proposal = await desk.add(*items)

    (item,) = proposal.plan.drafts
    assert item.guide.sections[0].asks == ("How long does dough rest?", "when can i shape it")
    (folder / "bread.asks.yaml").write_text("Soup:\n  - is there soup\n")
    (trouble,) = (await desk.add(*from_arguments([str(folder)], Provenance()))).troubles
    assert "no section “Soup”" in trouble.problem


async def test_an_unknown_guide_or_version_is_said(desk: Desk) -> None:
    with pytest.raises(CurationError, match="No guide is called “soup”"):
        await desk.curator.propose_remove(["soup"])
    with pytest.raises(CurationError, match="no version 7"):
        await desk.curator.propose_undo(7)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/\0b.txt", "\u202etxt.exe", "x" * 300 + ".txt", "C:\\..\\boot.ini", ""]
)
def test_names_of_files_lead_nowhere(name: str) -> None:
    safe = attachment(name, b"").origin

    assert ".." not in safe
    assert safe.isprintable()
    assert 0 < len(safe) <= 120
