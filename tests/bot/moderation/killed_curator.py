"""The process that `test_random_changes` kills, run as a program with the folder of its data.

{"kill": seconds, "seed": n, "opened": bool} changes the knowledge base at random without end, and is
killed so many seconds after its start, or after everything was open; the answer holds what was live
after the last change that was told as done, and what the one under way would make of it.
{"inspect": true} opens everything as at the start and tells what is there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bot.moderation.shelf import State, open_shelf
from tests.retrieval.killed_refresh import Tell, fork


async def change(folder: Path, seed: int, tell: Tell) -> None:
    random = np.random.default_rng(seed)
    async with open_shelf(folder) as shelf:
        live = await shelf.library.live()
        told: dict[str, State] = {"done": await shelf.state(live)}

        def announce(after: State) -> None:
            tell(f"{json.dumps({**told, 'next': after})}\n")

        announce(told["done"])
        while True:
            await shelf.operate(random, announce)
            told["done"] = await shelf.state(await shelf.library.live())
            announce(told["done"])


async def inspect(folder: Path, tell: Tell) -> None:
    async with open_shelf(folder) as shelf:
        state = await shelf.state(await shelf.library.live())
        tell(f"{json.dumps({'state': state, 'faults': await shelf.faults()})}\n")


def answer(folder: Path, order: dict[str, Any]) -> object:
    if "kill" in order:
        pid, reading = fork(lambda tell: change(folder, order["seed"], tell))
        first = os.read(reading, 65536) if order["opened"] else b""
        time.sleep(order["kill"])  # not to wait for anything: this is when it dies
        os.kill(pid, signal.SIGKILL)
    else:
        pid, reading = fork(lambda tell: inspect(folder, tell))
        first = b""
    with os.fdopen(reading, "rb") as pipe:
        lines = (first + pipe.read()).splitlines()
    _, status = os.waitpid(pid, 0)
    return {"status": status, "told": json.loads(lines[-1]) if lines else None, "count": len(lines)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(Path(sys.argv[1]), json.loads(line))), flush=True)
