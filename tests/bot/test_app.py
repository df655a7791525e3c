from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import open_app
from bot.config import Settings
from bot.frontends.terminal.database import backup, restore
from bot.reply import Message, Reply
from bot.storage.opening import DataError, only_writer, open_library
from knowledge.loaders.markdown import read_guides
from retrieval.refresh import ignore_progress
from tests.databases import Databases

Fill = Callable[[Path], Path]

PAY_QUESTION = "How much does a machine learning engineer earn?"
PAY = """\
---
title: Pay
summary: What people in machine learning earn.
sources:
  - id: survey
    title: "A Survey of Salaries in Machine Learning"
    author: A. Tester
updated: 2026-11-20
---

## Salary of a machine learning engineer
> Asks: What is the salary of a machine learning engineer?
> Source: survey

A machine learning engineer earns a salary of about 150,000 dollars a year, one survey says. \
Beginners earn about 110,000 dollars, and engineers with ten years of work earn 210,000 dollars.

## Salary of a data scientist
> Asks: What is the salary of a data scientist?
> Source: survey

A data scientist earns a salary of about 130,000 dollars a year, according to one survey. \
Those with a bonus are paid 15,000 dollars more.
"""


def open_files(folder: Path) -> list[str]:
    """Name the files below a folder that this process holds open."""
    links = list(Path("/proc/self/fd").iterdir())
    return [target for link in links if link.is_symlink() if str(folder) in (target := str(link.readlink()))]


async def all_closed(folder: Path) -> None:
    """Wait until no file below a folder is open: Chroma's threads close theirs a moment later."""
    async with asyncio.timeout(30):
        while open_files(folder):  # noqa: ASYNC110 - nothing tells when another library's threads are done
            await asyncio.sleep(0.05)


async def test_a_guide_added_on_pay_makes_pay_answerable(fill: Fill, tmp_path: Path, user: str) -> None:
    guides = tmp_path / "guides"
    settings = Settings(
        data_dir=fill(tmp_path / "data"), guides_dir=shutil.copytree(Settings().guides_dir, guides)
    )
    async with open_app(settings) as app:

        async def ask(channel: str) -> Reply:
            return await app.coach.reply(Message(user, channel, PAY_QUESTION))

        assert (await ask("before")).kind == "refusal"

        (guides / "pay.md").write_text(PAY, encoding="utf-8")
        plan = await app.refresh.plan(app.guides)
        assert plan.added == ("pay",)
        assert plan.to_encode == 2
        await app.refresh.apply(plan, actor="test", note="", progress=ignore_progress)

        answered = await ask("after")
        assert answered.kind == "answer"
        assert "150,000 dollars" in answered.text
        assert answered.citations[0].place == "Pay › Salary of a machine learning engineer"
        elsewhere = await app.coach.reply(Message(user, "weather", "Will it rain tomorrow?"))
        assert elsewhere.kind == "refusal"

        (guides / "pay.md").unlink()
        plan = await app.refresh.plan(app.guides)
        assert plan.removed == ("pay",)
        await app.refresh.apply(plan, actor="test", note="", progress=ignore_progress)

        removed = await ask("removed")
        assert removed.kind == "refusal"
        assert "Pay" not in {passage.chunk.guide for passage in removed.passages}


async def test_a_conversation_goes_on_after_the_coach_was_closed_and_opened(
    fill: Fill, tmp_path: Path, user: str
) -> None:
    settings = Settings(data_dir=fill(tmp_path / "data"))
    async with open_app(settings) as app:
        first = await app.coach.reply(Message(user, "here", "What skills does a data scientist need?"))
        live = await app.library.live()
    await all_closed(tmp_path)

    async with open_app(settings) as app:
        assert await app.library.live() == live
        last = await app.coach.last_answer(user, "here")
        assert last
        assert (last.text, last.citations) == (first.text, first.citations)
        reply = await app.coach.reply(Message(user, "here", "and for research scientists?"))
        assert reply.kind == "answer"
        assert {citation.guide for citation in reply.citations} == {"Research Scientist"}


async def test_what_people_said_long_ago_is_let_go_at_the_start(
    fill: Fill, tmp_path: Path, user: str
) -> None:
    settings = Settings(data_dir=fill(tmp_path / "data"))
    with closing(sqlite3.connect(settings.data_dir / "coach.db")) as database, database:
        for question, created_at in (("old", "2020-01-01 00:00:00"), ("new", "2999-01-01 00:00:00")):
            database.execute(
                "INSERT INTO gaps (user_id, question, created_at) VALUES (?, ?, ?)",
                (user, question, created_at),
            )

    async with open_app(settings) as app:
        assert await app.memory.gaps.questions() == ["new"]


async def test_one_data_folder_has_one_writer_at_a_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with only_writer(tmp_path):
        with pytest.raises(DataError, match="Another career-coach is using the data folder") as caught:
            async with open_app(settings):
                pass
        assert str(tmp_path) in str(caught.value)
        assert "COACH_DATA_DIR" in str(caught.value)

    with only_writer(tmp_path):
        assert open_files(tmp_path)
    await all_closed(tmp_path)


@pytest.mark.parametrize("data_dir", ["file", "file/below"])
async def test_a_data_folder_that_cannot_be_made_is_named_with_the_mend(
    tmp_path: Path, data_dir: str
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(DataError, match="cannot be made") as caught:
        async with open_app(Settings(data_dir=tmp_path / data_dir)):
            pass

    assert str(tmp_path / data_dir) in str(caught.value)
    assert "COACH_DATA_DIR" in str(caught.value)


@pytest.mark.parametrize("content", [b"this is no database" * 100, None])
async def test_a_database_that_cannot_be_opened_is_one_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "coach.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(DataError, match="The database cannot be opened") as caught:
        async with open_library(Settings(data_dir=tmp_path)):
            pass

    assert "COACH_DATABASE_URL" in str(caught.value)


async def test_the_library_can_be_read_while_the_coach_runs(tmp_path: Path) -> None:
    with only_writer(tmp_path):
        async with open_library(Settings(data_dir=tmp_path)) as (_, library):
            assert await library.guides() == []


def test_the_pay_guide_of_this_test_is_the_only_one_on_pay() -> None:
    assert "pay" not in {guide.id for guide in read_guides(Settings().guides_dir)}


async def test_a_database_of_a_newer_coach_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with open_library(settings) as (engine, _), engine.begin() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DataError, match="newer career-coach"):
        async with open_library(settings):
            pass


async def test_a_backup_restored_on_a_server_answers_with_an_index_made_anew(
    fill: Fill, tmp_path: Path, user: str, databases: Databases
) -> None:
    await backup(Settings(data_dir=fill(tmp_path / "data")), tmp_path / "backup")
    settings = Settings(data_dir=tmp_path / "new", database_url=await databases.empty())
    await restore(settings, tmp_path / "backup", yes=False)

    async with open_app(settings) as app:
        assert app.searcher.mended.missing > 0
        reply = await app.coach.reply(Message(user, "here", "What skills does a data scientist need?"))
        again = await app.coach.reply(Message(user, "here", "and for research scientists?"))

    assert reply.kind == again.kind == "answer"
    assert {citation.guide for citation in again.citations} == {"Research Scientist"}
