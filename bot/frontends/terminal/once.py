"""Questions without a conversation on the screen: one, or a line each."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator

from bot.app import App, open_app
from bot.config import Settings
from bot.frontends.terminal.progress import encoding_bar
from bot.frontends.terminal.render import plain
from bot.reply import Message, Reply
from bot.wire import DEFAULT_CHANNEL, LineError, error_fields, read_message, reply_fields, to_line


async def answer(settings: Settings, question: str, *, as_json: bool) -> None:
    """Answer one question and remember nothing of it."""
    # A conversation of its own, so that no earlier question colours this one.
    message = Message(f"once-{uuid.uuid4()}", DEFAULT_CHANNEL, question)
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            reply, ms = await timed_reply(app, message)
            await app.coach.forget(message.user, message.channel)
            await app.memory.profiles.forget(message.user)
    if as_json:
        print(to_line(reply_fields(Message("me", message.channel, question), reply, ms)))
    else:
        print(plain(reply))


async def answer_lines(settings: Settings) -> None:
    """Answer a line of JSON for each line of JSON, in order, until the input ends."""
    with encoding_bar() as progress:
        async with open_app(settings, progress) as app:
            async for line in input_lines():
                print(to_line(await _answer_line(app, line)), flush=True)


async def _answer_line(app: App, line: str) -> dict[str, object]:
    try:
        message = read_message(line)
    except LineError as error:
        return error_fields(str(error), line)
    reply, ms = await timed_reply(app, message)
    return reply_fields(message, reply, ms)


async def timed_reply(app: App, message: Message) -> tuple[Reply, float]:
    """Reply to a message; also return how long it took, in milliseconds."""
    start = time.perf_counter()
    reply = await app.coach.reply(message)
    return reply, (time.perf_counter() - start) * 1000


async def input_lines() -> AsyncIterator[str]:
    """Yield the lines of standard input as they come, whatever bytes they hold."""
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")
