"""Presses and commands are limited like messages, so that nobody keeps the coach busy by pressing."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from bot.frontends.discord import faults
from bot.memory.deliveries import Limit

# One answer has several buttons that a reader may want to press.
_PRESSES_A_MESSAGE = 3


class Turnstile:
    """Lets each person through so often within a period.

    In memory alone: a restart lets everybody begin anew. What the coach answers counts against the
    limit of messages as well, which is kept.
    """

    def __init__(self, limit: Limit) -> None:
        """Take the limit of messages; presses may be some more."""
        self._most = _PRESSES_A_MESSAGE * limit.count
        self._period = limit.period
        self._passed: deque[tuple[datetime, int]] = deque()
        self._by_user: dict[int, deque[datetime]] = {}

    def __len__(self) -> int:
        """Count the people who are remembered."""
        return len(self._by_user)

    def admit(self, user: int, now: datetime) -> None:
        """Let somebody through.

        Raises:
            TooManyError: they have come through too often.

        """
        while self._passed and self._passed[0][0] <= now - self._period:
            _, gone = self._passed.popleft()
            self._by_user[gone].popleft()
            if not self._by_user[gone]:
                del self._by_user[gone]
        times = self._by_user.get(user, deque())
        if len(times) >= self._most:
            raise faults.TooManyError(faults.too_many(times[0] + self._period))
        times.append(now)
        self._by_user[user] = times
        self._passed.append((now, user))
