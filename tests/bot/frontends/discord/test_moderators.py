"""Moderators change the knowledge base in Discord: looked at first, then applied or dropped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import discord
import pytest
import simcord
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.desk import Backstage
from bot.frontends.discord.moderation import Moderation
from bot.moderation.curator import CurationError
from bot.moderation.effects import DeadLink, Difference, Preview
from bot.moderation.items import Item
from bot.moderation.proposal import Change, GuideChange, Proposal, Trouble
from bot.moderation.wishes import Gap, Notice
from knowledge.database import writing
from knowledge.history import HistoryEntry
from knowledge.library import Edition, GuideSummary
from retrieval.answer import Answer, Citation, Statement
from retrieval.refresh import Plan, Progress, ignore_progress
from tests.discord_server.parrot import Parrot
from tests.discord_server.place import Place, button, labels, texts

COVERED = True
MANAGER = discord.Permissions(manage_guild=True, view_channel=True, send_messages=True)
PLAN = Plan(("tea",), (), (), ("bread",), (), {}, frozenset(), {"digest": ["text"]}, 1)
NOTHING = replace(PLAN, added=(), missing={})
ADDED = Proposal("add tea", Change(), PLAN, {"tea": GuideChange("tea", "Tea", 0, 3)})
PREVIEW = Preview(
    2,
    (Difference("How long does tea steep?", "not covered", "Tea › Steeping"),),
    (DeadLink("https://tea.example", "It is not there."),),
)


@dataclass
class Bench:
    """A curator, its effects and wishes, that remember what was asked of them."""

    proposal: Proposal = ADDED
    effects: Preview = PREVIEW
    items: list[Item] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    notified: list[Notice] = field(default_factory=list)
    gaps: dict[int, str] = field(default_factory=lambda: {7: "How long does tea steep?"})

    async def propose_add(self, items: list[Item], *, actor: str, progress: Progress) -> Proposal:
        self.items += items
        self.done.append(f"{actor} proposed")
        progress(1, 1)
        return self.proposal

    async def propose_remove(self, names: list[str]) -> Proposal:
        raise CurationError(f"No guide is called “{names[0]}”.", see="kb list")

    async def propose_undo(self, edition_id: int | None) -> Proposal:
        self.done.append(f"undo to {edition_id}")
        return self.proposal

    async def propose_refresh(self, *, actor: str, progress: Progress = ignore_progress) -> Proposal:  # noqa: ARG002
        return self.proposal

    async def prepare(self, proposal: Proposal, progress: Progress) -> Edition:  # noqa: ARG002
        return Edition(0, "", {})

    async def preview(self, proposal: Proposal, prepared: Edition, progress: Progress) -> Preview:  # noqa: ARG002
        progress(2, 2)
        return self.effects

    async def apply(self, proposal: Proposal, *, actor: str, progress: Progress = ignore_progress) -> Edition:  # noqa: ARG002
        if proposal.note == "break":
            raise RuntimeError("a canary in the machine")
        self.done.append(f"{actor} applied {proposal.note}")
        return Edition(2, "", {})

    async def discard(self) -> None:
        self.done.append("discarded")

    async def notices(self) -> list[Notice]:
        notices, self.notified = self.notified, []
        return notices

    async def grouped(self) -> list[Gap]:
        return [Gap(question, (question,), 3, number) for number, question in self.gaps.items()]

    async def question(self, gap_id: int) -> str:
        return self.gaps.get(gap_id, "")

    async def guides(self) -> list[GuideSummary]:
        return [GuideSummary(f"guide-{n}", f"Guide {n}", "About it.", "2026-01-02", 12) for n in range(1, 61)]

    async def latest(self, count: int) -> list[HistoryEntry]:
        at = datetime(2026, 1, 2, tzinfo=UTC)
        return [HistoryEntry(2, "ada", "add tea", at, ("Tea",), (), ())][:count]

    async def search(self, text: str, count: int) -> list[Any]:
        self.done.append(f"search {text} {count}")
        return []


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def moderation(bench: Bench) -> Moderation:
    part = cast("Any", bench)
    return Moderation(part, part, part, part, part, part, bench.search)


@pytest.fixture
def backstage(backstage: Backstage, moderation: Moderation) -> Backstage:
    return replace(backstage, moderation=moderation)


@pytest.fixture
async def mod(place: Place) -> simcord.MemberActor:
    return _manager(place)


async def _tea(place: Place, mod: simcord.MemberActor) -> simcord.InteractionResult:
    return await mod.slash(place.channel, "kb add", file=("tea.md", b"# Tea\n\nSteep it."))


async def test_what_is_added_is_looked_at_and_then_applied(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    asked = await _tea(place, mod)

    assert asked.acknowledged
    assert asked.ephemeral
    said = "\n".join(texts(asked.response))
    assert "Added: Tea (3 chunks)" in said
    assert "Of 2 recorded and golden questions, 1 would be answered differently." in said
    assert "Dead link: https://tea.example" in said
    assert labels(asked.response) == ["Apply", "Discard"]
    assert [(item.kind, item.origin, item.data) for item in bench.items] == [
        ("file", "tea.md", b"# Tea\n\nSteep it.")
    ]

    applied = await place.press(asked.response, "Apply", by=mod)

    assert applied
    assert applied.ephemeral
    assert "Added: Tea (3 chunks)" in texts(applied)[0]
    assert "/kb undo" in texts(applied)[0]
    assert bench.done == [f"mod ({mod.id}) proposed", f"mod ({mod.id}) applied add tea"]
    assert place.replies == []


async def test_of_many_answers_that_would_differ_the_first_are_shown_and_all_counted(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    many = tuple(replace(PREVIEW.differences[0], question=f"How is tea {n}?") for n in range(400))
    bench.effects = replace(PREVIEW, differences=many)

    asked = await _tea(place, mod)

    said = "\n".join(texts(asked.response))
    assert "400 would be answered differently" in said
    assert (said.count("How is tea"), "- and 390 more." in said) == (10, True)
    assert "Dead link: https://tea.example" in said
    assert labels(asked.response) == ["Apply", "Discard"]


async def test_what_is_dropped_changes_nothing_and_is_decided_once(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    asked = await _tea(place, mod)

    dropped = await place.press(asked.response, "Discard", by=mod)
    again = await place.press(asked.response, "Apply", by=mod)

    assert "Nothing has changed" in texts(dropped)[0]
    assert "propose it again" in texts(again)[0]
    assert bench.done[1:] == ["discarded"]


async def test_after_a_restart_it_has_to_be_proposed_again(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    asked = await _tea(place, mod)
    place.restarts = True

    shown = await place.press(asked.response, "Apply", by=mod)

    assert "propose it again" in texts(shown)[0]
    assert bench.done[1:] == []


async def test_after_a_quarter_of_an_hour_it_has_to_be_proposed_again(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    asked = await _tea(place, mod)
    pressed = button(asked.response, "Apply")
    shown = asked.response
    assert shown
    await place.env.advance_time(15 * 60 + 1)

    result = await mod.click(shown, custom_id=pressed)

    assert "propose it again" in texts(result.response)[0]
    assert bench.done[1:] == []


async def test_what_changes_nothing_offers_nothing(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    bench.proposal = replace(ADDED, plan=NOTHING, troubles=(Trouble("tea.pdf", "It is a scan."),))

    asked = await _tea(place, mod)

    assert "Not read: tea.pdf. It is a scan." in texts(asked.response)[0]
    assert labels(asked.response) == []


async def test_a_text_is_asked_for_where_nothing_is_handed_in(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    asked = await mod.slash(place.channel, "kb add", author="A. Brewer")
    assert asked.modal

    sent = await mod.submit_modal(asked, _filled(asked.modal, "Tea", "Steep it for two minutes."))

    assert "Added: Tea" in texts(sent.response)[0]
    [item] = bench.items
    assert (item.kind, item.origin, item.data) == ("text", "Tea", b"Steep it for two minutes.")
    assert (item.provenance.title, item.provenance.author) == ("Tea", "A. Brewer")


async def test_a_gap_is_answered_by_its_button_even_after_a_restart(
    place: Place, mod: simcord.MemberActor, bench: Bench
) -> None:
    bench.gaps[8] = "What is tea? " * 40
    listed = await mod.slash(place.channel, "kb gaps")
    shown = _shown(listed)
    assert labels(shown)[0] == "How long does tea steep? (3×)"
    await place.restart()

    asked = await mod.click(shown, custom_id=button(shown, "How long does tea steep? (3×)"))
    assert asked.modal
    sent = await mod.submit_modal(asked, _filled(asked.modal, "How long does tea steep?", "Two minutes."))
    long = await mod.click(shown, custom_id="fill-gap:8:0")

    assert "Added: Tea" in texts(sent.response)[0]
    [item] = bench.items
    assert (item.provenance.title, item.data) == ("How long does tea steep?", b"Two minutes.")
    assert _default(asked.modal) == "How long does tea steep?"
    assert long.modal
    assert len(_default(long.modal)) <= 120


async def test_who_may_not_answer_gaps_gets_no_modal(
    librarians: Backstage, parrot: Parrot, bench: Bench
) -> None:
    client = CoachClient(librarians)
    async with simcord.run(client, check_errors=False) as env:
        place = Place(env, client, librarians, parrot)
        managers = place.guild.create_role("managers", permissions=MANAGER)
        role = place.guild.create_role("librarians")
        librarian = place.guild.add_member(env.create_user("librarian"), roles=[managers, role])
        listed = _shown(await librarian.slash(place.channel, "kb gaps"))
        env.backend.edit_member(place.guild.id, librarian.id, {"role_ids": [managers.id]})

        pressed = await librarian.click(listed, custom_id=button(listed, "How long does tea steep? (3×)"))

        assert not pressed.modal
        assert "members with the role “librarians”" in _said(pressed)
        assert bench.items == []


def _default(modal: dict[str, Any]) -> str:
    row = modal["components"][0]
    return str((row.get("component") or row["components"][0]).get("value", ""))


def _filled(modal: dict[str, Any], *values: str) -> dict[str, str]:
    fields = [row.get("component") or row["components"][0] for row in modal["components"]]
    return {each["custom_id"]: value for each, value in zip(fields, values, strict=True)}


async def test_what_goes_wrong_is_told_without_a_traceback(
    backstage: Backstage, parrot: Parrot, bench: Bench
) -> None:
    client = CoachClient(backstage)
    async with simcord.run(client, check_errors=False) as env:
        place = Place(env, client, backstage, parrot)
        mod = _manager(place)
        nothing = await mod.slash(place.channel, "kb remove", guide="coffee")
        assert nothing.ephemeral
        assert _said(nothing) == "No guide is called “coffee”. See `/kb list`."

        bench.proposal = replace(ADDED, note="break")
        asked = await _tea(place, mod)
        result = await mod.click(_shown(asked), custom_id=button(asked.response, "Apply"))

        assert "something went wrong on my side" in _said(result)
        assert "canary" not in env.transcript()


def _manager(place: Place) -> simcord.MemberActor:
    """Somebody who may manage the server."""
    role = place.guild.create_role("managers", permissions=MANAGER)
    return place.guild.add_member(place.env.create_user("mod"), roles=[role])


def _said(result: simcord.InteractionResult) -> str:
    """What was said at last, in plain text."""
    return [message.content for message in (_shown(result), *result.followups) if message.content][-1]


def _shown(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    assert result.response
    return result.response


@pytest.fixture
def librarians(moderation: Moderation, backstage: Backstage) -> Backstage:
    """The parts, where a role moderates."""
    return replace(backstage, moderation=replace(moderation, role="librarians"))


async def test_without_the_role_nobody_may_whatever_else_they_may(
    librarians: Backstage, parrot: Parrot, bench: Bench
) -> None:
    client = CoachClient(librarians)
    async with simcord.run(client, check_errors=False) as env:
        place = Place(env, client, librarians, parrot)
        managers = place.guild.create_role("managers", permissions=MANAGER)
        role = place.guild.create_role("librarians")
        mod = place.guild.add_member(env.create_user("mod"), roles=[managers])
        librarian = place.guild.add_member(env.create_user("librarian"), roles=[managers, role])

        refused = await mod.slash(place.channel, "kb list")
        modal = await mod.slash(place.channel, "kb add")
        asked = await _tea(place, librarian)
        env.backend.edit_member(place.guild.id, librarian.id, {"role_ids": [managers.id]})
        pressed = await librarian.click(_shown(asked), custom_id=button(asked.response, "Apply"))

        for result in (refused, modal, pressed):
            assert result.ephemeral
            assert "members with the role “librarians”" in _said(result)
        assert bench.done == [f"librarian ({librarian.id}) proposed"]


async def test_who_may_not_manage_the_server_does_not_see_the_commands(place: Place) -> None:
    assert not [name for name in place.ada.available_commands(place.channel) if name.startswith("kb")]


async def test_in_direct_messages_there_are_no_moderators(place: Place, mod: simcord.MemberActor) -> None:
    assert "kb list" in mod.available_commands(place.channel)
    assert not [name for name in mod.user.available_commands() if name.startswith("kb")]


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("kb gaps", {}, "How long does tea steep? (3×)"),
        ("kb history", {}, "**2** · <t:1767312000:f> · ada: add tea\n- added: Tea"),
        ("kb search", {"text": "tea"}, "Nothing was found."),
        ("kb list", {}, "- **Guide 60** · 12 chunks · 2026-01-02"),
        ("kb refresh", {}, "Added: Tea (3 chunks)"),
        ("kb undo", {"version": 3}, "Added: Tea (3 chunks)"),
    ],
)
async def test_what_can_be_looked_up(
    place: Place, mod: simcord.MemberActor, command: str, options: dict[str, Any], said: str
) -> None:
    result = await mod.slash(place.channel, command, **options)

    assert result.ephemeral
    messages = (result.response, *result.followups)
    assert said in "\n".join(each for message in messages for each in (*texts(message), *labels(message)))
    assert place.replies == []


async def test_guides_are_offered_by_title(place: Place, mod: simcord.MemberActor) -> None:
    offered = await mod.autocomplete(place.channel, "kb remove", "guide", "guide 5")

    assert [choice["value"] for choice in offered] == ["guide-5", *(f"guide-{n}" for n in range(50, 60))]


@pytest.fixture
def waiting(bench: Bench, place: Place) -> simcord.MemberActor:
    """Somebody who waits for an answer that the guides have by now; so does a terminal."""
    citation = Citation(1, "Tea", "Steeping", "Notes", "Two minutes.")
    answer = Answer(COVERED, (), (), (Statement("Two minutes.", 1, "sentence", 0, 1.0),), (citation,))
    bench.notified = [Notice(user, "How long does tea steep?", answer) for user in ("me", str(place.ada.id))]
    return place.ada


async def test_who_waits_for_an_answer_is_told_it_once(
    place: Place, mod: simcord.MemberActor, waiting: simcord.MemberActor
) -> None:
    for _ in range(2):
        asked = await _tea(place, mod)
        await place.press(asked.response, "Apply", by=mod)

    told = [texts(message) for message in place.by_me(waiting.user.dm_channel)]
    [[opening, *answer]] = told
    assert "have one by now" in opening
    assert answer == ["> How long does tea steep?", "Two minutes [1].", "-# [1] Tea › Steeping"]


async def test_who_allows_no_direct_messages_is_left_alone(
    place: Place, mod: simcord.MemberActor, waiting: simcord.MemberActor, caplog: pytest.LogCaptureFixture
) -> None:
    dm = waiting.user.dm_channel
    place.env.inject_error("POST", f"/channels/{dm.id}/messages", status=403, code=50007, times=None)

    asked = await _tea(place, mod)
    applied = await place.press(asked.response, "Apply", by=mod)

    assert "Applied." in texts(applied)[0]
    assert place.by_me(dm) == []
    assert "failed" not in caplog.text


async def test_a_regular_refresh_runs_with_the_bot(
    backstage: Backstage, moderation: Moderation, bench: Bench, engine: AsyncEngine
) -> None:
    regularly = replace(backstage, moderation=replace(moderation, refresh_hours=2))
    async with simcord.run(CoachClient(regularly)) as env:
        # At the first look time begins to count; by the database's clock, so it is that which is set.
        await env.advance_time(60)
        assert bench.done == []
        async with writing(engine) as db:
            await db.execute(text("UPDATE duties SET done_at = '2020-01-01 00:00:00'"))
        await env.advance_time(60)
        assert bench.done == ["schedule applied add tea"]


async def test_the_knowledge_base_of_all_servers_is_changed_from_the_one_named(
    moderation: Moderation, backstage: Backstage, parrot: Parrot, bench: Bench
) -> None:
    elsewhere = replace(backstage, moderation=replace(moderation, home_server=1))
    client = CoachClient(elsewhere)
    async with simcord.run(client, check_errors=False) as env:
        place = Place(env, client, elsewhere, parrot)

        refused = await _tea(place, _manager(place))

        assert refused.ephemeral
        assert "COACH_HOME_SERVER" in _said(refused)
        assert bench.done == []
