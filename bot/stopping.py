"""Stopping when the system asks for it, in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it is done or the process is asked to terminate; then let it clean up.

    The system asks by SIGTERM; who asks a second time does not want to wait, and ends the process.
    Ctrl-C does the same by itself (asyncio.run).
    """
    loop, doing = asyncio.get_running_loop(), asyncio.ensure_future(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        loop.remove_signal_handler(signal.SIGTERM)
        doing.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    try:
        await doing
    except asyncio.CancelledError:
        if not stopped:
            raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
