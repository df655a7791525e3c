"""Shows metrics and health over HTTP to whoever runs the coach; on this machine alone, by default.

/metrics is for Prometheus. /healthz says that the process answers at all; /readyz whether it can
serve people, and if not, why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from http import HTTPStatus

import aiohttp
from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

from bot.telemetry.health import Finding, Look, examine_soon
from bot.telemetry.metrics import watch_loop
from knowledge.errors import CoachError

# Its own looks take three seconds at most.
_MOST_SECONDS = 5


class PortError(CoachError):
    """The port cannot be listened at; the text says which setting to change."""


@asynccontextmanager
async def shown(host: str, port: int, looks: Mapping[str, Look]) -> AsyncIterator[None]:
    """Show metrics and the health of these as long as this is open; with port 0, nothing.

    Raises:
        PortError: the port is taken, or may not be used.

    """
    if not port:
        yield
        return

    async def ready(_: web.Request) -> web.Response:
        findings = await examine_soon(looks)
        well = all(finding.well for finding in findings)
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response({"ready": well, "looks": [asdict(each) for each in findings]}, status=status)

    app = web.Application()
    app.router.add_get("/metrics", make_aiohttp_handler())
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    watching = asyncio.create_task(watch_loop())
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortError(
                f"Metrics cannot be shown at {host}:{port} ({error.strerror}). "
                "Set COACH_METRICS_PORT to another."
            ) from error
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await runner.cleanup()


async def ask_readiness(host: str, port: int) -> list[Finding]:
    """Return what a bot that runs here found; nothing, if none shows its health at this port."""
    if not port:
        return []
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_MOST_SECONDS)) as http,
            http.get(f"http://{host}:{port}/readyz") as answer,
        ):
            return [Finding(**each) for each in (await answer.json())["looks"]]
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError):
        return []


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="well\n")
