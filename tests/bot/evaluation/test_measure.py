from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.app import App
from bot.evaluation.golden import Answerable, Fact, GoldenSet, GoldenTurn, Unanswerable
from bot.evaluation.measure import Measured, Scores, measure
from bot.evaluation.report import BARS, Bar, table

SKILLS = "What skills does a data scientist need?"
SQL = Fact(("sql",))
NEVER = Fact(("zanzibar",))
# Half of everything is wrong on purpose.
GOLDEN = GoldenSet(
    answerable=(
        Answerable(SKILLS, (SQL, NEVER)),
        Answerable("How much does a data scientist earn?", (NEVER, NEVER)),
    ),
    unanswerable=(
        Unanswerable("How much does a machine learning engineer earn?", near_miss=True),
        Unanswerable("Which skills does a research scientist need?", near_miss=True),
        Unanswerable("How do I bake bread?", near_miss=False),
        Unanswerable("Will it rain tomorrow?", near_miss=False),
    ),
    conversations=(
        (
            GoldenTurn(SKILLS, "answer", (NEVER,), ()),
            GoldenTurn("and for research scientists?", "answer", (Fact(("calculus",)),), (SQL,)),
            GoldenTurn("what about pay?", "answer", (), ()),
            GoldenTurn("thanks", "chat", (), ()),
            GoldenTurn("tell me more", "answer", (), (Fact(("the",)), Fact(("a",)))),
        ),
    ),
)
PERFECT = Scores(
    facts=1, words=80, hit_at_4=1, facts_at_4=1, unanswerable_refused=1, near_misses_refused=1,
    answerable_refused=0, follow_ups_right=1, quotes_verbatim=1,
)  # fmt: skip


@pytest.fixture(scope="module")
async def measured(app: App) -> Measured:
    return await measure(app, GOLDEN)


def test_what_is_right_and_what_is_wrong_is_counted(measured: Measured) -> None:
    coach = measured.coach

    assert coach.facts == pytest.approx(1 / 2)  # a refusal is counted once, as a refusal
    assert coach.hit_at_4 == pytest.approx(1 / 2)
    assert coach.facts_at_4 == pytest.approx(1 / 4)
    assert coach.unanswerable_refused == pytest.approx(3 / 4)
    assert coach.near_misses_refused == pytest.approx(1 / 2)
    assert coach.answerable_refused == pytest.approx(1 / 2)
    assert coach.follow_ups_right == pytest.approx(2 / 4)
    assert coach.quotes_verbatim == 1
    assert 10 < coach.words <= 130


def test_the_plain_pipeline_finds_passages_and_refuses_nothing(measured: Measured) -> None:
    plain = measured.plain

    assert plain.hit_at_4 == pytest.approx(1 / 2)
    assert plain.facts == plain.facts_at_4 == pytest.approx(1 / 4)
    assert plain.words > 200
    assert plain.unanswerable_refused == plain.near_misses_refused == plain.answerable_refused == 0
    assert plain.follow_ups_right is plain.quotes_verbatim is None


def test_every_miss_is_told_with_what_was_missing(measured: Measured) -> None:
    told = "\n".join(measured.misses)

    assert len(measured.misses) == 6
    assert "zanzibar" in told
    assert f"{SKILLS} → and for research scientists? → what about pay?\n  refusal" in told
    assert "How do I bake bread?" not in told


async def test_nothing_asked_before_changes_what_is_measured(app: App, measured: Measured) -> None:
    again = await measure(app, replace(GOLDEN, unanswerable=GOLDEN.unanswerable[:2]))

    assert again.coach.facts == measured.coach.facts
    assert again.coach.words == measured.coach.words
    assert again.coach.follow_ups_right == measured.coach.follow_ups_right


@pytest.mark.parametrize(
    ("sign", "value", "reached"), [("≥", 0.9, True), ("≥", 0.89, False), ("≤", 0.9, True), ("≤", 0.91, False)]
)
def test_a_bar_is_reached_at_its_bound(sign: str, value: float, reached: bool) -> None:  # noqa: FBT001
    bar = Bar("facts", "facts", "≥" if sign == "≥" else "≤", 0.9)

    assert bar.reached_by(replace(PERFECT, facts=value)) is reached


def test_a_perfect_run_reaches_every_bar_and_the_table_says_so(measured: Measured) -> None:
    assert all(bar.reached_by(PERFECT) for bar in BARS)
    console = Console(width=120, record=True, file=io.StringIO())

    console.print(table(Measured(PERFECT, measured.plain, []), "Golden set"))
    console.print(table(measured, "Golden set"))

    text = console.export_text()
    perfect, ours = text.split("Golden set")[1:]
    assert perfect.count("reached") == len(BARS)
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ours.splitlines()]
    assert ["facts in the answer", "0.500", "0.250", "≥ 0.95 missed"] in rows
    assert ["unanswerable refused", "0.750", "0.000", "≥ 0.95 missed"] in rows
    assert ["follow-ups right", "0.500", "–", "≥ 0.95 missed"] in rows
    assert ["quotes verbatim", "1.000", "–", "≥ 1 reached"] in rows
    assert all(bar.title in ours for bar in BARS)
