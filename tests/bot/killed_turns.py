"""A coach that is killed while it answers, again and again, run as a program:

    python -m tests.bot.killed_turns FOLDER KILLS SEED

Four people talk at once. A message counts as acknowledged when its reply is there; whatever was not
is sent again to the next life, under the same id, as a front end does. At the end it prints JSON:
how many kills there were, how many turns were acknowledged, and which of them are lost or doubled.

Each life is a forked child: imports are paid for once, and nothing open outlives it. The answers are a
parrot's; the memory, SQLite and its file are the coach's own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from contextlib import closing
from pathlib import Path

from bot.migrations.upgrade import upgrade
from bot.reply import Message
from knowledge.database import create_engine
from tests.discord_server.parrot import Parrot, backstage_of

PEOPLE = 4
# So long a life lasts at most, from the fork or from its first reply.
_LIFE_SECONDS = 0.4


async def _talk(database: Path, done: list[int], pipe: int) -> None:
    """Let everybody talk without end; tell of each reply."""
    engine = create_engine(f"sqlite+aiosqlite:///{database}")
    await upgrade(engine)
    coach = backstage_of(engine, Parrot()).coach

    async def person(number: int) -> None:
        said = done[number]
        while True:
            message = Message(f"user-{number}", "c", f"message {said}", id=f"{number}-{said}")
            await coach.reply(message)
            os.write(pipe, f"{message.id}\n".encode())
            said += 1

    await asyncio.gather(*map(person, range(PEOPLE)))


def _live(database: Path, done: list[int], seconds: float, *, opened: bool) -> list[str]:
    """Live for so long, from the fork or from the first reply; return the ids of what was acknowledged."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            asyncio.run(_talk(database, done, writing))
        except BaseException:  # noqa: BLE001 - the child must not go on as its parent
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    first = os.read(reading, 1).decode() if opened else ""
    time.sleep(seconds)  # not to wait for anything: this is when it dies
    os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        told = first + pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WTERMSIG(status) != signal.SIGKILL:
        raise RuntimeError("it ended by itself")
    return told.split()


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill, and tell what became of the turns."""
    chance = random.Random(seed)  # noqa: S311 - the same moments every time
    database = folder / "coach.db"
    acknowledged: list[str] = []
    done = [0] * PEOPLE
    for _ in range(kills):
        told = _live(database, done, chance.random() * _LIFE_SECONDS, opened=chance.random() < 0.8)
        acknowledged += told
        for message_id in told:
            done[int(message_id.partition("-")[0])] += 1
    with closing(sqlite3.connect(database)) as db:
        kept = Counter(row[0] for row in db.execute("SELECT message_id FROM turns"))
        [[sound]] = db.execute("PRAGMA integrity_check")
    print(
        json.dumps(
            {
                "kills": kills,
                "acknowledged": len(acknowledged),
                "lost": [each for each in acknowledged if not kept[each]],
                "doubled": [each for each, count in kept.items() if count > 1],
                "database": sound,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
