"""The command line as people run it: real processes over one data folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app as cli
from bot.coach.hearing import NOTHING, TOO_LONG
from bot.config import Settings
from bot.storage.opening import only_writer
from bot.wire import LineError, read_message

ROOT = Path(__file__).parents[2]
FIELDS = ["user", "text", "kind", "answer", "citations", "suggestions", "retrieved", "ms"]
# A start takes some ten seconds, on a busy machine a minute.
PATIENCE = 280

Run = Callable[..., subprocess.CompletedProcess[str]]
Fill = Callable[[Path], Path]


@pytest.fixture(scope="module")
def data(fill: Fill, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module: filled, so that only the first start makes the index."""
    return fill(tmp_path_factory.mktemp("cli"))


@pytest.fixture(scope="module")
def run(data: Path) -> Run:
    """Run `python -m bot …` and wait for its end."""

    def command(*args: str, stdin: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "bot", *args],
            cwd=ROOT,
            env=os.environ
            | {"COACH_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1", "COLUMNS": "200"}
            | environment,
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert b"Traceback" not in ran.stderr, ran.stderr.decode()
        return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    return command


def objects(ran: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Read what a process wrote, a line each."""
    assert (ran.returncode, ran.stderr) == (0, "")
    return [json.loads(line) for line in ran.stdout.splitlines()]


def message(user: str, text: str) -> bytes:
    return json.dumps({"user": user, "text": text}).encode()


def test_a_line_goes_out_for_each_line_that_comes_in(run: Run) -> None:
    lines = [
        (message("ada", "What skills does a data scientist need?"), "answer"),
        (message("bob", "How do I prepare for machine learning interviews?"), "answer"),
        (b'{"user": "ada", "text": ', "error"),
        (b'{"text": "hi"}', "error"),
        (b"", "error"),
        (message("ada", "and for research scientists?"), "answer"),
        (message("bob", "tell me more"), "answer"),
        (message("carl", "what about it?"), "chat"),
        (message("ada", ""), "chat"),
        (message("ada", "🙂"), "chat"),
        (message("ada", "x" * 100_000), "chat"),
        (b'{"user": "ada", "text": "thanks \\ud83d"}', "chat"),
        (b'{"user": "ada", "text": "thanks \xff"}\r', "chat"),
        (message("bob", "How much does a machine learning engineer earn?"), "refusal"),
        (b'{"user": "bob", "channel": "two", "text": "What about it?"}', "chat"),
    ]

    replies = objects(run("ask", "--jsonl", stdin=b"\n".join(line for line, _ in lines)))

    assert [reply["kind"] for reply in replies] == [kind for _, kind in lines]
    assert {tuple(reply) for reply in replies} == {tuple(FIELDS)}
    for (line, kind), reply in zip(lines, replies, strict=True):
        text = line.decode(errors="replace").rstrip("\r")
        if kind == "error":
            assert (reply["user"], reply["text"], reply["ms"]) == (None, text, 0.0)
            with pytest.raises(LineError, match=re.escape(reply["answer"])):
                read_message(text)
        else:
            sent = read_message(text)
            assert (reply["user"], reply["text"]) == (sent.user, sent.text)
            assert reply["ms"] >= 0
        assert bool(reply["citations"]) is (kind == "answer")
        assert bool(reply["retrieved"]) is (kind in {"answer", "refusal"})
    assert replies[0]["citations"][0]["guide"] == "Data Scientist"
    assert replies[5]["citations"][0]["guide"] == "Research Scientist"
    assert replies[6]["citations"][0]["guide"] == "Interviews"
    assert [replies[n]["answer"] for n in (8, 9, 10)] == [NOTHING, NOTHING, TOO_LONG]
    assert list(replies[0]["citations"][0]) == ["marker", "guide", "section", "source", "link", "quote"]
    assert list(replies[0]["retrieved"][0]) == ["guide", "section", "score"]
    assert 1 <= len(replies[13]["suggestions"]) <= 3


def test_one_question_is_answered_as_text_or_as_json_and_not_remembered(run: Run) -> None:
    question = "What skills does a data scientist need?"

    (reply,) = objects(run("ask", question, "--json"))

    assert list(reply) == FIELDS
    assert (reply["text"], reply["kind"]) == (question, "answer")
    plain = run("ask", question)
    assert plain.stderr == ""
    sources = " · ".join(f"[{c['marker']}] {c['guide']} › {c['section']}" for c in reply["citations"])
    assert plain.stdout == f"{reply['answer']}\n\n{sources}\n"


def test_a_chat_from_a_pipe_is_plain_text(run: Run) -> None:
    typed = (
        "/sources\nWhat skills does a data scientist need?\n/sources\n/help\n/dance now\n"
        "and for research scientists?\n/forget\n/sources\nthanks\n/quit\nunheard\n"
    )

    ran = run("chat", "--user", "piped", stdin=typed)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    in_order = [
        "There is no answer with sources yet",
        "SQL, Python and R",
        "[1] Data Scientist › Key skills",
        "**[1] Data Scientist › Key skills**",
        "*Source: ",
        "`/forget` deletes this conversation",
        "There is no /dance here.",
        "[1] Research Scientist › Key skills",
        "Forgotten: 2 turns",
        "There is no answer with sources yet",
        "You're welcome!",
    ]
    found = re.search(".*?".join(map(re.escape, in_order)), ran.stdout, re.DOTALL)
    assert found, ran.stdout
    assert ran.stdout[found.end() :].count("\n\n") == 1


def test_a_chat_goes_on_where_it_was_left(run: Run) -> None:
    run("chat", "--user", "returning", stdin="What skills does a data scientist need?\n")

    ran = run("chat", "--user", "returning", stdin="and for research scientists?\n")

    assert "[1] Research Scientist › Key skills" in ran.stdout


def test_the_guides_are_listed(run: Run) -> None:
    guides = json.loads(run("kb", "list", "--json").stdout)

    assert {guide["id"] for guide in guides} == {path.stem for path in Settings().guides_dir.glob("*.md")}
    assert all(guide["title"] and guide["summary"] and guide["chunks"] > 0 for guide in guides)
    assert {tuple(guide) for guide in guides} == {("id", "title", "summary", "updated", "chunks")}
    text = run("kb", "list").stdout
    assert all(guide["title"] in text for guide in guides)


def test_a_search_answers_each_line_with_as_many_sections_as_asked_for(run: Run) -> None:
    lines = [
        '{"text": "linear algebra", "k": 3}',
        '{"text": "linear algebra"}',
        "nonsense",
        '{"text": "a", "k": 0}',
    ]

    results = objects(run("kb", "search", "--jsonl", "-k", "2", stdin="\n".join(lines)))

    assert [len(result["results"]) for result in results] == [3, 2, 0, 0]
    assert results[0]["text"] == "linear algebra"
    assert results[0]["results"][:2] == results[1]["results"]
    assert list(results[0]["results"][0]) == ["guide", "section", "source", "score", "text"]
    assert "linear algebra" in results[0]["results"][0]["text"].lower()
    assert [result.get("text") for result in results[2:]] == lines[2:]
    assert "not JSON" in results[2]["error"]
    assert "whole number from 1" in results[3]["error"]


def test_a_refresh_encodes_only_what_changed(run: Run, tmp_path: Path) -> None:
    guides = shutil.copytree(Settings().guides_dir, tmp_path / "guides")
    (plan,) = objects(run("kb", "refresh", "--dry-run", "--json", COACH_GUIDES_DIR=str(guides)))

    assert plan == {
        "applied": False,
        "added": [],
        "changed": [],
        "removed": [],
        "unchanged": sorted(path.stem for path in guides.glob("*.md")),
        "guides": [],
        "duplicates": [],
        "troubles": [],
        "chunks_to_encode": 0,
    }

    worries = guides / "worries.md"
    worries.write_text(worries.read_text(encoding="utf-8") + "\nOne more thing.\n", encoding="utf-8")
    ran = run("kb", "refresh", "--dry-run", COACH_GUIDES_DIR=str(guides))

    assert ran.returncode == 0
    assert "Changed: Worries" in ran.stdout
    assert "1 chunks would be encoded; nothing was changed." in ran.stdout


def test_the_first_start_fills_an_empty_folder_and_keeps_its_output_clean(
    run: Run, spare_encoding: Callable[[Path], None], tmp_path: Path
) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    shutil.copy(Settings().guides_dir / "foundations.md", guides)
    data = tmp_path / "new" / "data"
    folders = {"COACH_GUIDES_DIR": str(guides), "COACH_DATA_DIR": str(data)}
    empty = run("kb", "list", **folders)
    assert empty.stdout.strip() == "The library is empty. Fill it with: career-coach kb refresh"
    spare_encoding(data)
    with closing(sqlite3.connect(data / "coach.db")) as database, database:
        # What is left to encode: the guide, and some of the project's own texts.
        database.execute("DELETE FROM embeddings WHERE length(vectors) > 4 * 384 OR digest LIKE '00%'")
        spared = database.execute("SELECT count(*) FROM embeddings").fetchone()[0]
    assert spared

    ran = run("kb", "search", "--json", "linear algebra", **folders)

    assert ran.returncode == 0
    assert {result["guide"] for result in json.loads(ran.stdout)["results"]} == {"Foundations and Tools"}
    with closing(sqlite3.connect(data / "coach.db")) as database:
        sizes = database.execute("SELECT length(vectors) > 4 * 384, count(*) FROM embeddings GROUP BY 1")
        found = dict(sizes.fetchall())
    assert found[0] > spared
    assert found[1] > 0
    doctor = run("doctor", **folders)
    assert doctor.returncode == 0
    assert doctor.stdout.count(" well ") == 7


def test_a_second_process_on_the_same_data_is_refused(run: Run, data: Path) -> None:
    with only_writer(data):
        ran = run("ask", "What maths do I need?")
        doctor = run("doctor")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"Another career-coach is using the data folder “{data}”. "
        "Stop it first, or set COACH_DATA_DIR to a folder of this one's own.\n"
    )
    assert doctor.returncode == 1
    assert "to mend" in doctor.stdout


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("COACH_THREADS", "x", "valid integer"),
        ("COACH_DATABASE_URL", "nonsense", "sqlite+aiosqlite://"),
        ("COACH_GUIDES_DIR", "missing", "a folder that exists"),
    ],
)
def test_a_wrong_setting_is_one_line(run: Run, name: str, value: str, allowed: str) -> None:
    ran = run("kb", "list", **{name: value})

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"{name} is “{value}”: ")
    assert allowed in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_malformed_guide_is_refused_with_its_file_and_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pay.md").write_text("---\ntitle: Pay\n---\n\nA lot.\n", encoding="utf-8")

    ran = run("kb", "refresh", COACH_GUIDES_DIR=str(tmp_path))

    assert (ran.returncode, ran.stdout) == (1, "")
    assert re.fullmatch(r"pay\.md:\d+: .+\n", ran.stderr)


def test_an_evaluation_without_a_golden_set_says_where_it_looked(run: Run, tmp_path: Path) -> None:
    ran = run("eval", "--golden", str(tmp_path))

    assert (ran.returncode, ran.stdout) == (1, "")
    assert str(tmp_path) in ran.stderr


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["ask"], "give a question"),
        (["kb", "search"], "give a text"),
        (["kb", "search", "maths", "-k", "0"], "Input should be greater than or equal to 1"),
        (["eval", "--part", "secret"], "'secret' is not one of 'tune', 'aside', 'all'"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_a_command_that_is_not_understood_says_why(args: list[str], problem: str) -> None:
    result = CliRunner().invoke(cli, args, env={"COLUMNS": "200", "TERM": "dumb"})

    assert result.exit_code == 2
    assert problem in result.output


@pytest.mark.parametrize("args", [[], ["kb"]])
def test_without_a_command_the_help_is_shown(args: list[str]) -> None:
    result = CliRunner().invoke(cli, args)

    assert "Usage" in result.output
