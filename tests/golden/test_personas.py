"""Role suggestions and intents on the part of the golden set that no tuning has looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.evaluation.personas import RoleScores, load_intents, load_personas, measure_roles
from knowledge.roles import load_roles

HERE = Path(__file__).parent
# The bars of the set, and where one is not reached yet, the floor below which nothing may fall. On
# 2026-12-01, with 100 more people and 240 more messages than before: 0.907, 0.951 and 0.91. The new
# messages are harder: 0.76 of them, 0.96 of those before.
BARS = {"first_right": 0.95, "first_two_right": 0.99, "quotes_right": 1.0, "intents_right": 0.97}
FLOORS = {"first_right": 0.89, "first_two_right": 0.94, "intents_right": 0.90}


@pytest.fixture(scope="session")
async def scores(app: App) -> RoleScores:
    return await measure_roles(app, HERE, "aside")


@pytest.mark.parametrize("name", BARS)
def test_the_bar_is_reached_or_the_floor_kept(scores: RoleScores, name: str) -> None:
    assert getattr(scores, name) >= FLOORS.get(name, BARS[name])


def test_there_is_enough_to_measure_by() -> None:
    personas = load_personas(HERE, "all")
    assert len(personas) >= 80
    assert {persona.role for persona in personas} == {role.id for role in load_roles()}
    assert len(load_intents(HERE, "all")) >= 200
    for load in (load_personas, load_intents):
        # Every third line of each batch; a batch need not divide by three.
        assert abs(3 * len(load(HERE, "aside")) - len(load(HERE, "all"))) <= 6
