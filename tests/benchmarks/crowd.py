"""A Discord full of people, in a process of its own, so that it takes no time from the bot's event loop.

`python -m tests.benchmarks.crowd` reads a script as JSON from standard input, prints the port it
listens at and, when everybody has had their say, what they met.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from tests.discord_server.server import DiscordServer
from tests.discord_server.world import CHANNEL

# Nobody waits longer for an answer; it is counted as lost.
_PATIENCE_SECONDS = 600.0
# How long after the last answer a second one would still be noticed.
_AFTERWARDS_SECONDS = 2.0
# Discord waits so long for an interaction to be acknowledged.
_ACKNOWLEDGED_SECONDS = 3.0
_MOST_EXAMPLES = 5
# A person's own number goes where this stands in what they say and in what they are told.
NUMBER = "{number}"


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says, what stands in the answer, and whether it is said by /ask."""

    says: str
    hears: str
    command: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one person says from the first line to the last, in a direct message or a channel."""

    lines: tuple[Line, ...]
    direct: bool


@dataclass
class Met:
    """What people met, in turns: answered, lost, doubled, with another answer, acknowledged late."""

    answered: int = 0
    lost: int = 0
    doubled: int = 0
    crossed: int = 0
    late: int = 0
    seconds: float = 0.0
    # How long each waited for an answer, and for an acknowledgement.
    waits: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    # Some that were crossed: what was said, heard, and expected.
    examples: list[tuple[str, str, str]] = field(default_factory=list)


class Crowd(DiscordServer):
    """A Discord that tells whoever waits for an answer of it."""

    def __init__(self) -> None:
        super().__init__()
        self.met = Met()
        # By the message's id, or the interaction's token.
        self._awaited: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._answers: Counter[str] = Counter()

    async def play(self, parts: Sequence[Part], people: int) -> Met:
        """Let everybody say at once all they have to say."""
        await self.world.until(lambda: self.identified, 120)
        started = time.perf_counter()
        await asyncio.gather(*(self._person(number, parts[number % len(parts)]) for number in range(people)))
        self.met.seconds = time.perf_counter() - started
        await asyncio.sleep(_AFTERWARDS_SECONDS)
        self.met.doubled = sum(count > 1 for count in self._answers.values())
        return self.met

    async def _person(self, number: int, part: Part) -> None:
        user = str(10_000 + number)
        channel = f"7{user}" if part.direct else CHANNEL
        if part.direct:
            self.world.direct.add(channel)
        for line in part.lines:
            says, hears = (text.replace(NUMBER, str(1000 + number)) for text in (line.says, line.hears))
            started = time.perf_counter()
            heard = await self._turn(user, channel, says, command=line.command)
            self.met.waits.append(time.perf_counter() - started)
            if heard is None:
                self.met.lost += 1
                continue
            self.met.answered += 1
            if hears not in heard:
                self.met.crossed += 1
                self.met.examples = [*self.met.examples, (says, heard, hears)][:_MOST_EXAMPLES]

    async def _turn(self, user: str, channel: str, says: str, *, command: bool) -> str | None:
        if not command:
            mention = "" if channel in self.world.direct else "<@1> "
            return await self._answer_to(await self.say(f"{mention}{says}", user=user, channel=channel))
        asked = await self.slash("ask", user=user, question=says)
        heard = await self._answer_to(asked.token)
        acknowledged = asked.acknowledged or _PATIENCE_SECONDS
        self.met.acknowledged.append(acknowledged)
        self.met.late += acknowledged > _ACKNOWLEDGED_SECONDS
        return heard

    async def _answer_to(self, key: str) -> str | None:
        future = self._awaited.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            body = await asyncio.wait_for(future, _PATIENCE_SECONDS)
        except TimeoutError:
            return None
        finally:
            del self._awaited[key]
        return "\n".join(part["content"] for part in body["components"] if part["type"] == 10)

    async def _send(self, request: web.Request) -> web.Response:
        answer = await super()._send(request)
        body = self.requests[-1][2]
        if reference := body.get("message_reference"):
            self._answered(str(reference["message_id"]), body)
        return answer

    async def _edit_follow_up(self, request: web.Request) -> web.Response:
        answer = await super()._edit_follow_up(request)
        self._answered(request.match_info["token"], self.requests[-1][2])
        return answer

    def _answered(self, key: str, body: dict[str, Any]) -> None:
        self._answers[key] += 1
        future = self._awaited.setdefault(key, asyncio.get_running_loop().create_future())
        if not future.done():
            future.set_result(body)


def dumps(parts: Sequence[Part], people: int) -> str:
    """Write a script for `main` to read."""
    return json.dumps({"people": people, "parts": [asdict(part) for part in parts]})


async def main() -> None:
    """Play the script."""
    script = json.loads(sys.stdin.readline())
    parts = [Part(tuple(Line(**line) for line in part["lines"]), part["direct"]) for part in script["parts"]]
    async with Crowd() as crowd:
        print(crowd.port, flush=True)
        print(json.dumps(asdict(await crowd.play(parts, script["people"]))), flush=True)
        # Until whoever started us has read it and let the bot go.
        await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
