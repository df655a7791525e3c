"""The process in which documents are read: `python -m knowledge.loaders.worker`.

A parser that a hostile file breaks or blows up takes this process down, and nothing
else. Requests and replies go over standard input and output: a line of JSON, and for a
request as many bytes as its `size` says.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from knowledge.loaders.document import UnreadableError
from knowledge.loaders.reading import read

# What a parser may take: a 10 MB page or PDF stays far below.
_MOST_MEMORY = 2_000_000_000
_MOST_PROCESSOR_SECONDS = 3600
_TOO_MUCH = "This takes far too much memory to read. Split it, or add its text alone."


def main() -> None:
    """Answer requests until the input ends."""
    _limit()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a parser prints must not mix with the replies
    while line := requests.readline():
        fields = json.loads(line)
        _send(replies, _answer(requests.read(fields["size"]), fields))


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, _MOST_PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a system that does not know this limit
            resource.setrlimit(what, (most, most))


def _answer(data: bytes, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        document = read(data, name=fields["name"], content_type=fields["type"])
    except UnreadableError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _TOO_MUCH}
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the file is at fault
        return {"error": f"This cannot be read: it is damaged ({type(error).__name__})."}
    return {"document": document.fields()}


def _send(replies: BinaryIO, fields: dict[str, Any]) -> None:
    replies.write(json.dumps(fields).encode() + b"\n")
    replies.flush()


if __name__ == "__main__":
    main()
