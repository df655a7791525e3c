"""Presses and commands are limited, and the limit says when to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.frontends.discord.faults import TooManyError
from bot.frontends.discord.turnstile import Turnstile
from bot.memory.deliveries import Limit

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ADA, BOB = 11, 12


def test_it_lets_through_three_times_as_many_as_messages_and_says_when_to_come_back() -> None:
    turnstile = Turnstile(Limit(2, timedelta(minutes=5)))
    for second in range(6):
        turnstile.admit(ADA, NOON + timedelta(seconds=second))

    with pytest.raises(TooManyError, match=f"<t:{int(NOON.timestamp()) + 301}:R>"):
        turnstile.admit(ADA, NOON + timedelta(seconds=6))
    turnstile.admit(BOB, NOON + timedelta(seconds=6))
    turnstile.admit(ADA, NOON + timedelta(minutes=5))


def test_it_remembers_nobody_longer_than_the_period() -> None:
    turnstile = Turnstile(Limit(2, timedelta(minutes=5)))
    for user in range(1000):
        turnstile.admit(user, NOON)

    turnstile.admit(ADA, NOON + timedelta(minutes=5))

    assert len(turnstile) == 1
