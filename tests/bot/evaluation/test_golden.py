from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.evaluation.golden import Fact, GoldenError, load_golden

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = ("answerable", "unanswerable", "conversations")


def rows(name: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_golden_set_is_large_enough_to_tell_something() -> None:
    golden = load_golden(GOLDEN, "all")

    assert len(golden.answerable) >= 150
    assert len(golden.unanswerable) >= 60
    assert len(golden.conversations) >= 25
    assert all(len(turns) >= 2 for turns in golden.conversations)
    assert sum(question.near_miss for question in golden.unanswerable) >= len(golden.unanswerable) / 2


@pytest.mark.parametrize("name", FILES)
def test_a_third_is_kept_aside_and_no_question_is_in_both_parts(name: str) -> None:
    entries = rows(name)

    aside = [entry["part"] == "aside" for entry in entries]
    assert {entry["part"] for entry in entries} == {"tune", "aside"}
    assert sum(aside) / len(aside) == pytest.approx(1 / 3, abs=0.02)
    asked = [json.dumps(entry.get("question") or entry["turns"]).lower() for entry in entries]
    assert len(set(asked)) == len(asked)
    assert len({entry["id"] for entry in entries}) == len(entries)


def test_the_two_parts_are_the_whole() -> None:
    tune, aside, whole = (load_golden(GOLDEN, part) for part in ("tune", "aside", "all"))

    for name in FILES:
        both = getattr(tune, name) + getattr(aside, name)
        assert len(both) == len(getattr(whole, name))
        assert set(map(repr, both)) == set(map(repr, getattr(whole, name)))


def test_every_fact_wanted_stands_in_the_guides() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in Settings().guides_dir.glob("*.md"))
    text = re.sub(r"\s+", " ", text)
    golden = load_golden(GOLDEN, "all")
    wanted = [(item.question, fact) for item in golden.answerable for fact in item.facts]
    wanted += [(turn.text, fact) for turns in golden.conversations for turn in turns for fact in turn.facts]

    assert [(question, fact) for question, fact in wanted if not fact.stands_in(text)] == []


def test_every_answerable_question_wants_a_fact_and_every_turn_a_kind() -> None:
    golden = load_golden(GOLDEN, "all")

    assert all(item.facts and all(fact.wordings for fact in item.facts) for item in golden.answerable)
    turns = [turn for turns in golden.conversations for turn in turns]
    assert {turn.kind for turn in turns} <= {"answer", "refusal", "chat", "roles", "comparison", "profile"}
    assert all(turn.facts for turn in turns if turn.kind == "answer")


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Learn Kubernetes.", True),
        ("kubernetes-based", True),
        ("(docker)", True),
        ("Dockerfiles", True),
        ("a subdocker", False),
        ("KUBER NETES", False),
        ("", False),
    ],
)
def test_a_fact_stands_in_a_text_at_the_start_of_a_word_in_any_case(text: str, stands: bool) -> None:  # noqa: FBT001
    assert Fact(("kubernetes", "docker")).stands_in(text) is stands


@pytest.mark.parametrize("name", FILES)
def test_a_folder_without_the_golden_set_is_named(tmp_path: Path, name: str) -> None:
    for other in FILES:
        if other != name:
            shutil.copy(GOLDEN / f"{other}.jsonl", tmp_path)

    with pytest.raises(GoldenError, match=rf"{name}\.jsonl") as caught:
        load_golden(tmp_path, "all")

    assert str(tmp_path) in str(caught.value)
    assert "--golden" in str(caught.value)
