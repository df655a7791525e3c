"""A Discord on this machine, for discord.py to talk to: a gateway and the REST routes that the bot uses.

async with DiscordServer() as server:
    point_discord_at(server.port)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Self

import discord
import yarl
from aiohttp import WSMsgType, web

from tests.discord_server.world import (
    ADA,
    APPLICATION,
    BOT,
    CHANNEL,
    DIRECT,
    EPHEMERAL,
    GUILD,
    Interaction,
    World,
)

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.a-token-of-the-tests-and-of-nobody-else"  # noqa: S105 - no secret
MESSAGE_CONTENT = 1 << 15
# What a fault does: an HTTP status instead of the work, or after it; a cut connection likewise.
Fault = tuple[str, int] | None


def point_discord_at(port: int) -> None:
    """Let this process's discord.py talk to the server on this machine."""
    discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    gateway = discord.gateway.DiscordWebSocket
    gateway.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}/gateway")


class DiscordServer:
    """A Discord with one server, in which the bot is a member."""

    def __init__(self) -> None:
        self.world = World()
        self.port = 0
        self.grant_content = True
        self.heartbeat_ms = 41_250
        # Whether heartbeats are acknowledged; a zombie goes on sending, and does not.
        self.acknowledges = True
        # Asked before each request, what is to go wrong with it.
        self.fault: Callable[[str, str], Fault] = lambda _method, _path: None
        self.requests: list[tuple[str, str, Any]] = []
        # Every request by method and path, also those without a body.
        self.asked_for: list[tuple[str, str]] = []
        # What differs in interactions from those of a member in the server; None leaves a field out.
        self.setting: dict[str, Any] = {}
        self.identified = 0
        # Which shard, of how many, each that logged in said it was.
        self.shards: list[tuple[int, int]] = []
        self.resumed = 0
        self._sockets: list[web.WebSocketResponse] = []
        self._events: list[dict[str, Any]] = []
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._with_faults], client_max_size=2**26)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/gateway", self._gateway)
        api = "/api/v10"
        for method, path, handler in [
            ("GET", "/users/@me", self._me),
            ("GET", "/users/{user}", self._user),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/oauth2/applications/@me", self._application),
            ("PUT", "/applications/{app}/commands", self._put_commands),
            ("POST", "/channels/{channel}/typing", self._nothing),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._send),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self._delete),
            ("POST", "/channels/{channel}/messages/{message}/threads", self._open_thread),
            ("POST", "/interactions/{id}/{token}/callback", self._callback),
            ("POST", "/webhooks/{app}/{token}", self._follow_up),
            ("PATCH", "/webhooks/{app}/{token}/messages/{message}", self._edit_follow_up),
        ]:
            app.router.add_route(method, api + path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
        assert self._runner
        await self._runner.cleanup()

    # What people do

    async def say(self, text: str, user: str = ADA, channel: str = CHANNEL, times: int = 1) -> str:
        """Let somebody write a message; the gateway may tell of it more than once."""
        message = self.world.add_message(channel, user, content=text)
        for _ in range(times):
            await self._emit("MESSAGE_CREATE", message)
        return str(message["id"])

    async def delete(self, message_id: str) -> None:
        message = self.world.messages.pop(message_id)
        await self._emit("MESSAGE_DELETE", {key: message[key] for key in ("id", "channel_id")})

    async def slash(self, name: str, user: str = ADA, **options: Any) -> Interaction:
        """Let somebody use a slash command."""
        given = [
            {"name": key, "type": 5 if isinstance(value, bool) else 3, "value": value}
            for key, value in options.items()
        ]
        data = {"id": "900", "name": name, "type": 1, "options": given}
        return await self._interact(2, user, data)

    async def press(self, message: dict[str, Any], custom_id: str, user: str = ADA) -> Interaction:
        """Let somebody press a button."""
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._interact(3, user, data, message=message)

    async def _interact(self, kind: int, user: str, data: dict[str, Any], **more: Any) -> Interaction:
        number = self.world.new_id()
        interaction = Interaction(number, f"interaction-{number}", time.perf_counter(), user)
        self.world.interactions[interaction.token] = interaction
        payload = {
            "id": number,
            "application_id": APPLICATION,
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "guild_id": GUILD,
            "channel_id": CHANNEL,
            "channel": {"id": CHANNEL, "type": 0, "name": "careers", "permissions": str(2**50 - 1)},
            "member": {**_MEMBER, "user": self.world.user(user), "permissions": str(2**50 - 1)},
            "data": data,
            "locale": "en-GB",
            "app_permissions": str(2**50 - 1),
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0,
            "attachment_size_limit": 2**23,
            **more,
            **self.setting,
        }
        payload = {key: value for key, value in payload.items() if value is not None}
        await self._emit("INTERACTION_CREATE", payload)
        return interaction

    # The gateway

    async def cut(self) -> None:
        """Drop every connection to the gateway, as a network does."""
        for socket in self._sockets:
            if socket._req and socket._req.transport:
                socket._req.transport.abort()
        self._sockets.clear()

    async def hang_up(self, code: int) -> None:
        """Close every connection to the gateway, and say why."""
        for socket in list(self._sockets):
            await socket.close(code=code)

    async def _emit(self, event: str, payload: dict[str, Any]) -> None:
        frame = {"op": 0, "t": event, "s": len(self._events) + 1, "d": payload}
        self._events.append(frame)
        for socket in list(self._sockets):
            if not socket.closed:
                await socket.send_json(frame)

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._on_frame(socket, json.loads(frame.data))
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    async def _on_frame(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case 1:
                if self.acknowledges:
                    await socket.send_json({"op": 11})
            case 2 if frame["d"]["token"] != TOKEN:
                await socket.close(code=4004)
            case 2 if frame["d"]["intents"] & MESSAGE_CONTENT and not self.grant_content:
                await socket.close(code=4014)
            case 2:
                self.identified += 1
                self.shards.append(tuple(frame["d"].get("shard", (0, 1))))
                self._sockets.append(socket)
                await self._greet()
            case 6:
                self.resumed += 1
                missed = self._events[frame["d"]["seq"] :]
                self._sockets.append(socket)
                for event in missed:
                    await socket.send_json(event)
                await self._emit("RESUMED", {})
                await self.world.notify()

    async def _greet(self) -> None:
        ready = {
            "v": 10,
            "user": self.world.user(BOT),
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": "one",
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway",
            "application": {"id": APPLICATION, "flags": 0},
            "shard": list(self.shards[-1]),
        }
        await self._emit("READY", ready)
        channel = {
            "id": CHANNEL,
            "type": 0,
            "name": "careers",
            "position": 0,
            "permission_overwrites": [],
            "nsfw": False,
            "parent_id": None,
        }
        guild = {
            "id": GUILD,
            "name": "Careers",
            "owner_id": ADA,
            "roles": [_EVERYONE],
            "emojis": [],
            "channels": [channel],
            "threads": list(self.world.threads.values()),
            "members": [{**_MEMBER, "user": self.world.user(BOT)}],
            "member_count": 3,
            "features": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "system_channel_flags": 0,
            "afk_timeout": 300,
            "large": False,
        }
        await self._emit("GUILD_CREATE", guild)
        await self.world.notify()

    # The REST routes

    @web.middleware
    async def _with_faults(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Answer as Discord does; let go wrong what is to go wrong."""
        if not request.path.startswith("/api"):
            return await handler(request)  # type: ignore[no-any-return]
        self.asked_for.append((request.method, request.path.removeprefix("/api/v10")))
        if request.path.endswith("/users/@me") and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"code": 0, "message": "401: Unauthorized"}, status=401)
        when, status = self.fault(request.method, request.path.removeprefix("/api/v10")) or ("", 0)
        if when == "before":
            await self.world.notify()
            return self._refuse(request, status)
        answer = await handler(request)
        await self.world.notify()
        answer.headers.update(_PLENTY)
        return self._refuse(request, status) if when == "after" else answer

    @staticmethod
    def _refuse(request: web.Request, status: int) -> web.Response:
        if not status:
            assert request.transport
            request.transport.abort()
            return web.Response()
        if status == 429:
            body = {"message": "You are being rate limited.", "retry_after": 0.01, "global": False}
            return _json(body, status=429, headers={"Via": "1.1 tests"})
        code = {403: 50013, 404: 10008}.get(status, 0)
        return _json({"code": code, "message": "as the test wants it"}, status=status)

    async def _body(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "multipart/form-data":
            form = await request.post()
            body = json.loads(str(form["payload_json"]))
        else:
            body = await request.json()
        self.requests.append((request.method, request.path, body))
        return dict(body)

    async def _me(self, _: web.Request) -> web.Response:
        return _json(self.world.user(BOT))

    async def _user(self, request: web.Request) -> web.Response:
        return _json(self.world.user(request.match_info["user"]))

    async def _open_direct(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        return _json({"id": DIRECT, "type": 1, "recipients": [self.world.user(body["recipient_id"])]})

    async def _application(self, _: web.Request) -> web.Response:
        about = {"id": APPLICATION, "name": "Coach", "icon": None, "description": "", "bot_public": True}
        more = {
            "bot_require_code_grant": False,
            "summary": "",
            "verify_key": "",
            "flags": 0,
            "rpc_origins": [],
            "owner": self.world.user(ADA),
        }
        return _json({**about, **more})

    async def _put_commands(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.world.commands = [
            {
                "version": "1",
                "description": "",
                "application_id": APPLICATION,
                "default_member_permissions": None,
            }
            | command
            | {"id": str(900 + n)}
            for n, command in enumerate(body)
        ]
        return _json(self.world.commands)

    async def _nothing(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _history(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        found = [
            message
            for message in self.world.messages.values()
            if message["channel_id"] == request.match_info["channel"] and int(message["id"]) > after
        ]
        return _json(found[: int(request.query.get("limit", 50))][::-1])

    async def _send(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        channel, nonce = request.match_info["channel"], str(body.get("nonce"))
        if body.get("enforce_nonce") and (known := self.world.nonces.get((channel, nonce))):
            return _json(self.world.messages[known])
        message = self.world.add_message(channel, BOT, **_written(body))
        if reference := body.get("message_reference"):
            about = {key: str(value) for key, value in reference.items() if key.endswith("_id")}
            message |= {"message_reference": about, "type": 19}
            self.world.replies.setdefault(about["message_id"], []).append(message["id"])
        self.world.nonces[channel, nonce] = message["id"]
        return _json(message)

    async def _edit(self, request: web.Request) -> web.Response:
        return self._change(request.match_info["message"], await self._body(request))

    def _change(self, message_id: str, body: dict[str, Any]) -> web.Response:
        if message_id not in self.world.messages:
            return _json({"code": 10008, "message": "Unknown Message"}, status=404)
        message = self.world.messages[message_id]
        message |= _written(body) | {"flags": message["flags"] | body.get("flags", 0)}
        return _json(message)

    async def _delete(self, request: web.Request) -> web.Response:
        if self.world.messages.pop(request.match_info["message"], None) is None:
            return _json({"code": 10008, "message": "Unknown Message"}, status=404)
        self.world.deleted.append(request.match_info["message"])
        return web.Response(status=204)

    async def _open_thread(self, request: web.Request) -> web.Response:
        body, number = await self._body(request), request.match_info["message"]
        thread = {
            "id": number,
            "type": 11,
            "guild_id": GUILD,
            "parent_id": CHANNEL,
            "owner_id": BOT,
            "name": body["name"],
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-11-20T00:00:00+00:00",
                "locked": False,
            },
        }
        self.world.threads[number] = thread
        await self._emit("THREAD_CREATE", thread)
        return _json(thread)

    async def _callback(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        interaction = self.world.interactions.get(request.match_info["token"])
        if interaction is None:
            return _json({"code": 10062, "message": "Unknown interaction"}, status=404)
        interaction.acknowledged = time.perf_counter() - interaction.sent
        flags = (body.get("data") or {}).get("flags", 0)
        interaction.ephemeral = bool(flags & EPHEMERAL)
        message = self.world.add_message(
            CHANNEL, BOT, **_written(body.get("data") or {}) | {"flags": flags | 128}
        )
        interaction.original = message["id"]
        resource = {"type": body["type"], "message": message}
        about = {"id": interaction.id, "type": 2, "response_message_id": message["id"]}
        return _json({"interaction": about, "resource": resource})

    async def _follow_up(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        return _json(self.world.add_message(CHANNEL, BOT, **_written(body)))

    async def _edit_follow_up(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        message = self.world.messages.get(request.match_info["message"])
        if message:
            message["flags"] &= ~128
        return self._change(request.match_info["message"], body)


def _json(data: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer as Discord does: discord.py reads JSON only under this very content type."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _written(body: dict[str, Any]) -> dict[str, Any]:
    return {key: body[key] for key in ("content", "components", "flags") if body.get(key) is not None}


_COMMAND = {
    "version": "1",
    "description": "",
    "application_id": APPLICATION,
    "default_member_permissions": None,
}
# No limit on requests worth waiting for.
_PLENTY = {
    "X-Ratelimit-Bucket": "one",
    "X-Ratelimit-Limit": "100000",
    "X-Ratelimit-Remaining": "99999",
    "X-Ratelimit-Reset-After": "0.01",
}
_EVERYONE = {
    "id": GUILD,
    "name": "@everyone",
    "color": 0,
    "hoist": False,
    "position": 0,
    "permissions": str(2**50 - 1),
    "managed": False,
    "mentionable": False,
}
_MEMBER = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
