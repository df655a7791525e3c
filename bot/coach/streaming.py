"""A reply as a stream: the text as it grows, then the whole reply. For any front end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from bot.coach.coach import Coach
from bot.reply import Message, Reply


async def stream_reply(coach: Coach, message: Message) -> AsyncGenerator[str | Reply]:
    """Yield the text that is sure so far, each beginning with the one before, then the reply.

    A reply that no model writes comes at once. A slow reader misses texts in between and
    never the last one. Whoever stops reading stops the reply.
    """
    heard: asyncio.Queue[str] = asyncio.Queue()
    replying = asyncio.create_task(coach.reply(replace(message, listen=heard.put)))
    try:
        while not replying.done():
            hearing = asyncio.create_task(heard.get())
            await asyncio.wait({replying, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                hearing.cancel()
                break
            text = hearing.result()
            while not heard.empty():
                text = heard.get_nowait()
            yield text
        yield await replying
    finally:
        replying.cancel()
