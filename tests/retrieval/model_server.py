"""A server on this machine that speaks the OpenAI-compatible API, and does as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from retrieval.model import ChatModel, open_chat


class Purse:
    """A budget that notes what is spent; empty, it allows nothing."""

    def __init__(self, *, empty: bool = False) -> None:
        self.spent: list[tuple[str, int, int]] = []
        self._empty = empty

    async def allows(self, user: str) -> bool:  # noqa: ARG002
        return not self._empty

    async def spend(self, user: str, read: int, written: int) -> None:
        self.spent.append((user, read, written))


# What the person's message holds goes in, what the model says comes out.
Say = Callable[[dict[str, Any]], str]
_PIECE = 7


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong instead of an answer, or in the middle of one."""

    status: int = 200
    body: str = ""
    said_before: str = ""
    hangs: bool = False


@dataclass(slots=True)
class ModelServer:
    """What the server will do, in order; the last thing again and again."""

    script: list[Say | Fault] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def data(self) -> list[dict[str, Any]]:
        """What each request told the model, unfenced."""
        return [json.loads(request["messages"][-1]["content"]) for request in self.asked]

    def next(self, request: dict[str, Any]) -> Say | Fault:
        self.asked.append(request)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def connect(server: ModelServer, deadline: float = 5, **parts: Any) -> ChatModel:
    """Open the real client library on the server."""
    chat = open_chat("openai:stub", key="a-key", url=server.url, timeout=deadline)
    return ChatModel(chat, parts.pop("budget", Purse()), deadline, **parts)


def say(text: str) -> Say:
    return lambda _: text


@contextmanager
def serving() -> Iterator[ModelServer]:
    model = ModelServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield model
    finally:
        model.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    model: ModelServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        act = self.model.next(request)
        if isinstance(act, Fault):
            self._fail(act)
        else:
            text = act(json.loads(request["messages"][-1]["content"]))
            if "tools" in request:
                self._call(request["tools"][0]["function"]["name"], text)
                return
            self._begin(200, "text/event-stream")
            self._stream(text)
            self._event({"choices": [], "usage": _usage(text)})
            self.wfile.write(b"data: [DONE]\n\n")

    def _call(self, tool: str, arguments: str) -> None:
        call = {"id": "call", "type": "function", "function": {"name": tool, "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice]}
        self._begin(200, "application/json")
        self.wfile.write(json.dumps(whole | {"usage": _usage(arguments)}).encode())

    def _fail(self, fault: Fault) -> None:
        if fault.hangs:
            self.model.released.wait()
        elif fault.said_before:
            self._begin(200, "text/event-stream", length=10**6)
            self._stream(fault.said_before)
        else:
            self._begin(fault.status, "application/json" if fault.status != 200 else "text/event-stream")
            self.wfile.write(fault.body.encode())

    def _begin(self, status: int, kind: str, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        if length:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _stream(self, text: str) -> None:
        for start in range(0, len(text), _PIECE):
            delta = {"role": "assistant", "content": text[start : start + _PIECE]}
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})

    def _event(self, fields: dict[str, Any]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "stub"} | fields
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())

    def log_message(self, *_: object) -> None:
        pass


def _handler(server: ModelServer) -> type[_Handler]:
    return type("Handler", (_Handler,), {"model": server})


def _usage(text: str) -> dict[str, int]:
    written = len(text.split())
    return {"prompt_tokens": 100, "completion_tokens": written, "total_tokens": 100 + written}
