from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.gaps import Gaps

pytestmark = pytest.mark.engines("sqlite", "postgresql")


async def test_gaps_are_listed_oldest_first_without_who_asked(engine: AsyncEngine) -> None:
    gaps = Gaps(engine)
    assert await gaps.questions() == []

    for user, question in [("ada", "What is the pay?"), ("bob", "wie viel?"), ("bob", "What is the pay?")]:
        await gaps.add(user, question)

    assert await gaps.questions() == ["What is the pay?", "wie viel?", "What is the pay?"]
