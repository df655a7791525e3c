"""The bot as a process of its own, at the tests' Discord.

    python -m tests.discord_server.bot_process PORT DATABASE [stalled]

Everything is as `career-coach bot` runs it, but for where Discord is and for a coach that needs no model.
A stalled one never comes to the end of an answer.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from bot.frontends.discord import run
from bot.migrations.upgrade import upgrade
from bot.stopping import until_stopped
from knowledge.database import create_engine
from tests.discord_server.parrot import Parrot, backstage_of
from tests.discord_server.server import TOKEN, point_discord_at


async def main(port: int, database: str, *flags: str) -> None:
    """Serve until the process is killed."""
    logging.basicConfig(level=logging.WARNING)
    point_discord_at(port)
    engine = create_engine(f"sqlite+aiosqlite:///{database}")
    await upgrade(engine)
    parrot = Parrot()
    if "stalled" in flags:
        parrot.gate.clear()
    await run.serve(backstage_of(engine, parrot), TOKEN)


if __name__ == "__main__":
    asyncio.run(until_stopped(main(int(sys.argv[1]), *sys.argv[2:])))
