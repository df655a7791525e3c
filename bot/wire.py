"""The JSON that commands speak: one message in, one reply out, a line each."""

from __future__ import annotations

import json
from typing import Any

from bot.reply import Message, Reply, RoleFit
from knowledge.errors import CoachError
from retrieval.answer import Citation, Passage

DEFAULT_CHANNEL = "terminal"


class LineError(CoachError):
    """A line that is not what was asked for; the text says what is wrong with it."""


def read_message(line: str) -> Message:
    """Read `{"user", "channel"?, "text", "private"?}`.

    Raises:
        LineError: the line is not JSON, or a field is missing or of another kind.

    """
    fields = read_object(line)
    return Message(
        user=_text(fields, "user"),
        channel=_text(fields, "channel") if "channel" in fields else DEFAULT_CHANNEL,
        text=_text(fields, "text", empty=True),
        private=_flag(fields, "private"),
    )


def read_query(line: str, default_k: int) -> tuple[str, int]:
    """Read `{"text", "k"?}`. Raises as `read_message`."""
    fields = read_object(line)
    k = fields.get("k", default_k)
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise LineError("“k” must be a whole number from 1")
    return _text(fields, "text", empty=True), k


def read_object(line: str) -> dict[str, Any]:
    """Read a JSON object. Raises as `read_message`."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(f"this line is not JSON ({error})") from None
    if not isinstance(fields, dict):
        raise LineError('this line must be a JSON object such as {"user": "ada", "text": "hi"}')
    return fields


def _text(fields: dict[str, Any], name: str, *, empty: bool = False) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise LineError(f"“{name}” is missing or not text")
    # JSON can name half a character (\ud83d), which nothing can write or keep.
    return value.encode("utf-8", errors="replace").decode("utf-8")


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise LineError(f"“{name}” must be true or false")
    return value


def reply_fields(message: Message, reply: Reply, ms: float) -> dict[str, Any]:
    """Show a reply as the fields of a line; `ms` is how long it took, in milliseconds."""
    fields: dict[str, Any] = {
        "user": message.user,
        "text": message.text,
        "kind": reply.kind,
        "answer": reply.text,
        "citations": [citation_fields(citation) for citation in reply.citations],
        "suggestions": list(reply.suggestions),
        "retrieved": _retrieved(reply),
        "ms": round(ms, 1),
    }
    if reply.kind == "roles":
        fields["roles"] = [_fit_fields(fit) for fit in reply.fits]
    if reply.choices:
        fields["choices"] = [{"label": choice.label, "text": choice.text} for choice in reply.choices]
    if reply.documents:
        fields["documents"] = [{"name": each.name, "text": each.text} for each in reply.documents]
    return fields


def _fit_fields(fit: RoleFit) -> dict[str, Any]:
    reasons = [{"you": each.you, "facet": each.facet, "citation": each.citation} for each in fit.reasons]
    return {
        "id": fit.id,
        "title": fit.title,
        "score": fit.score,
        "reasons": reasons,
        "gaps": list(fit.gaps),
    }


def _retrieved(reply: Reply) -> list[dict[str, Any]]:
    """Name the sections found; a reply made without a search names those it was made from."""
    if not reply.passages:
        return [{"guide": c.guide, "section": c.section, "score": 1.0} for c in reply.citations]
    return [
        {"guide": p.chunk.guide, "section": p.chunk.section, "score": round(p.score, 4)}
        for p in reply.passages
    ]


def citation_fields(citation: Citation) -> dict[str, Any]:
    """Show a citation as fields."""
    return {
        "marker": citation.marker,
        "guide": citation.guide,
        "section": citation.section,
        "source": citation.source,
        "link": citation.link,
        "quote": citation.quote,
    }


def passage_fields(passage: Passage) -> dict[str, Any]:
    """Show a search result as fields."""
    chunk = passage.chunk
    return {
        "guide": chunk.guide,
        "section": chunk.section,
        "source": chunk.source,
        "score": round(passage.score, 4),
        "text": chunk.quote,
    }


def error_fields(problem: str, line: str) -> dict[str, Any]:
    """Show a bad line as the fields of a reply, so that a reader of lines meets one shape."""
    return {
        "user": None,
        "text": line,
        "kind": "error",
        "answer": problem,
        "citations": [],
        "suggestions": [],
        "retrieved": [],
        "ms": 0.0,
    }


def to_line(fields: dict[str, Any]) -> str:
    """Write fields as one line of JSON."""
    return json.dumps(fields, ensure_ascii=False)
