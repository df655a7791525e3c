"""Measures on self-descriptions whether the right role comes first, and on messages the intent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from bot.app import App
from bot.evaluation.golden import GoldenError, Part
from bot.reply import Message

PERSONAS, INTENTS = "personas.jsonl", "intents.jsonl"
# What the kind of a reply says of the intent that was heard.
_ASKS = frozenset({"ask", "gap", "map"})


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody's words about themselves, and the role that suits them best."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Meant:
    """A message, and the intent it is sent with."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class RoleScores:
    """Shares from 0 to 1, and the misses in words."""

    first_right: float
    first_two_right: float
    quotes_right: float
    intents_right: float
    misses: tuple[str, ...] = field(repr=False)


def load_personas(folder: Path, part: Part) -> list[Persona]:
    """Read the self-descriptions of a part."""
    return [Persona(row["text"], row["role"]) for row in _rows(folder / PERSONAS, part)]


def load_intents(folder: Path, part: Part) -> list[Meant]:
    """Read the messages of a part."""
    return [Meant(row["text"], row["intent"]) for row in _rows(folder / INTENTS, part)]


async def measure_roles(app: App, folder: Path, part: Part) -> RoleScores:
    """Describe each persona to the coach, ask for a role and count; nothing is kept."""
    first: list[bool] = []
    first_two: list[bool] = []
    quotes: list[bool] = []
    misses: list[str] = []
    for number, persona in enumerate(load_personas(folder, part)):
        user = f"persona-{number}"
        await app.coach.reply(Message(user, user, persona.text))
        reply = await app.coach.reply(Message(user, user, "Which role suits me?"))
        best = [fit.id for fit in reply.fits]
        first.append(best[:1] == [persona.role])
        first_two.append(persona.role in best[:2])
        quotes += [reason.you in persona.text for fit in reply.fits for reason in fit.reasons]
        if not first[-1]:
            misses.append(f"{persona.role}, got {best[:2]}: {persona.text}")
        await app.memory.profiles.forget(user)
        await app.coach.forget(user, user)
    intents: list[bool] = []
    for meant in load_intents(folder, part):
        heard = await app.coach.intent(meant.text)
        intents.append(("ask" if heard in _ASKS else heard) == meant.intent)
        if not intents[-1]:
            misses.append(f"{meant.intent}, got {heard}: {meant.text}")
    return RoleScores(mean(first), mean(first_two), mean(quotes), mean(intents), tuple(misses))


def _rows(path: Path, part: Part) -> list[dict[str, Any]]:
    if not path.is_file():
        raise GoldenError(
            f"The golden set has no {path.name} in “{path.parent}”. Name its folder with --golden."
        )
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if part in {"all", row["part"]}]
