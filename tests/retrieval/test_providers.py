"""The other providers' real client libraries, against servers on this machine that speak as theirs do."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel

from retrieval.model import ChatModel, open_chat
from tests.retrieval.model_server import Purse

ASKED = [HumanMessage('{"question": "what maths do I need?"}')]
SAID = ("Linear algebra, ", "calculus and ", "statistics.")
Speak = Callable[[dict[str, Any]], tuple[str, Iterable[str]]]


class Answer(BaseModel):
    """A form."""

    subject: str


def as_anthropic(request: dict[str, Any]) -> tuple[str, Iterable[str]]:
    usage = {"input_tokens": 100, "output_tokens": 6}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "stub", "usage": usage}
    if request.get("tools"):
        call = {"type": "tool_use", "id": "t", "name": "Answer", "input": {"subject": "maths"}}
        return "application/json", [json.dumps(message | {"content": [call], "stop_reason": "tool_use"})]
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": message | {"content": [], "usage": {"input_tokens": 100, "output_tokens": 0}},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
            for text in SAID
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    return "text/event-stream", (f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events)


def as_ollama(request: dict[str, Any]) -> tuple[str, Iterable[str]]:
    line = {"model": "stub", "created_at": "2026-01-01T00:00:00Z", "done": False}
    messages: list[dict[str, Any]] = [{"role": "assistant", "content": text} for text in SAID]
    if request.get("tools"):
        call = {"function": {"name": "Answer", "arguments": {"subject": "maths"}}}
        messages = [{"role": "assistant", "content": "", "tool_calls": [call]}]
    end = {"done": True, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 6}
    lines = [line | {"message": message} for message in messages]
    lines.append(line | {"message": {"role": "assistant", "content": ""}} | end)
    return "application/x-ndjson", (json.dumps(each) + "\n" for each in lines)


@contextmanager
def serving(speak: Speak) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            kind, parts = speak(asked[-1])
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            self.end_headers()
            for part in parts:
                self.wfile.write(part.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(params=[("anthropic", as_anthropic), ("ollama", as_ollama)], ids=["anthropic", "ollama"])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[tuple[ChatModel, Purse, list[Any]]]:
    provider, speak = request.param
    pytest.importorskip(f"langchain_{provider}")
    with serving(speak) as (url, asked):
        purse = Purse()
        chat = open_chat(f"{provider}:stub", key="a-key", url=url, timeout=5)
        yield ChatModel(chat, purse, 5), purse, asked


async def test_the_model_writes(model: tuple[ChatModel, Purse, list[Any]]) -> None:
    chat, purse, asked = model

    parts = [text async for text in chat.stream("ada", ASKED)]

    assert parts == list(SAID)
    assert purse.spent == [("ada", 100, 6)]
    assert "900" in json.dumps(asked)  # whoever writes on and on is stopped


async def test_the_model_fills_in_a_form(model: tuple[ChatModel, Purse, list[Any]]) -> None:
    chat, _, _ = model

    assert await chat.fill_in("ada", ASKED, Answer) == Answer(subject="maths")
