"""Draws messages as Discord shows them on a phone: from the JSON that a bot sends to a page of HTML.

What the coach sends is drawn, and no more. The look is drawn anew; nothing is copied from Discord.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

_STYLE = Path(__file__).with_suffix(".css")
_EPHEMERAL = 1 << 6
_BUTTON_STYLES = {2: "secondary", 4: "danger"}

# Marks, as they stand in text that is escaped already, and what becomes of each.
_MARKS = (
    (re.compile(r"\[([^\]\n]+)\]\(https?://[^\s)]+\)"), r"<a>\1</a>"),
    (re.compile(r"(?:&lt;)?(https?://(?:(?!&[lg]t;)[^\s<])+)(?:&gt;)?"), r"<a>\1</a>"),
    (re.compile(r"&lt;@(\w+)&gt;"), r"<a class=mention>@\1</a>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?!\w)"), r"<i>\1</i>"),
    (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), r"<i>\1</i>"),
)
_CODE = re.compile(r"`([^`\n]+)`")
_LINES = (
    ("quote", re.compile(r"> ?(.*)")),
    ("item", re.compile(r" *[-*] +(.*)")),
    ("number", re.compile(r" *(\d+\. .*)")),
    ("small", re.compile(r"-# +(.*)")),
    ("h1", re.compile(r"# +(.*)")),
    ("h2", re.compile(r"## +(.*)")),
    ("h3", re.compile(r"### +(.*)")),
    ("line", re.compile(r"(.*)")),
)
_MENTION = re.compile(r"<@(\d+)>")
_FENCE = re.compile(r"```\w*\n(.*?)\n?```\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, and what stands above it: who is replied to, or who used a command, and the words."""

    message: Json
    above: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """A screen: the channel's name, and its messages, oldest first."""

    channel: str
    messages: Sequence[Shown]


def page(phones: Sequence[Phone]) -> str:
    """Draw phones beside each other."""
    screens = "".join(map(_screen, phones))
    style = _STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><style>{style}</style><body>{screens}</body>"


def _screen(phone: Phone) -> str:
    authors = [shown.message["author"] for shown in phone.messages]
    names = {author["id"]: author["username"] for author in authors}
    messages = "".join(_message(shown, names) for shown in phone.messages)
    return f"<section class=phone><header>{escape(phone.channel)}</header>{messages}</section>"


def _message(shown: Shown, names: Mapping[str, str]) -> str:
    message, author = shown.message, shown.message["author"]
    content = _MENTION.sub(lambda found: f"<@{names[found[1]]}>", message["content"])
    name, initial = escape(author["username"]), escape(author["username"][0].upper())
    kind = "bot" if author["bot"] else "person"
    parts = [
        f"<div class=above><b>{escape(shown.above[0])}</b> {escape(shown.above[1])}</div>"
        if shown.above
        else "",
        f"<div class='avatar {kind}'>{initial}</div>",
        f"<div class=name>{name}{'<em>APP</em>' if author['bot'] else ''}<time>12:20</time></div>",
        markdown(content),
        *(_component(each) for each in message["components"]),
    ]
    alone = bool(message["flags"] & _EPHEMERAL)
    if alone:
        parts.append("<div class=alone>Only you can see this · <a>Dismiss message</a></div>")
    return f"<article{' class=private' if alone else ''}>{''.join(parts)}</article>"


def _component(component: Json) -> str:
    match component["type"]:
        case 1:
            return f"<div class=row>{''.join(map(_button, component['components']))}</div>"
        case 9:
            text, button = component["components"][0]["content"], _button(component["accessory"])
            return f"<div class=section><div class=text>{markdown(text)}</div>{button}</div>"
        case 10:
            return f"<div class=text>{markdown(component['content'])}</div>"
        case kind:
            raise ValueError(f"components of type {kind} are not drawn yet")


def _button(button: Json) -> str:
    emoji = button["emoji"]["name"] if button.get("emoji") else ""
    label = " ".join(filter(None, (emoji, button.get("label"))))
    return f"<button class={_BUTTON_STYLES[button['style']]}>{escape(label)}</button>"


def markdown(text: str) -> str:
    """Draw Discord's Markdown, which goes by lines."""
    done, drawn = 0, []
    for fence in _FENCE.finditer(text):
        drawn += [_blocks(text[done : fence.start()]), f"<pre>{escape(fence[1])}</pre>"]
        done = fence.end()
    return "".join((*drawn, _blocks(text[done:])))


def _blocks(text: str) -> str:
    return "".join(
        _block(kind, [said for _, said in group])
        for kind, group in groupby(map(_sorted, text.splitlines()), key=lambda line: line[0])
    )


def _sorted(line: str) -> tuple[str, str]:
    """Say what kind of line this is, and what is said in it."""
    return next((kind, found[1]) for kind, form in _LINES if (found := form.fullmatch(line)))


def _block(kind: str, lines: Sequence[str]) -> str:
    match kind:
        case "quote":
            return f"<blockquote>{_blocks(chr(10).join(lines))}</blockquote>"
        case "item":
            return f"<ul>{''.join(f'<li>{_inline(line)}</li>' for line in lines)}</ul>"
        case _:
            return "".join(f"<p class={kind}>{_inline(line) or '&nbsp;'}</p>" for line in lines)


def _inline(line: str) -> str:
    return "".join(_pieces(line))


def _pieces(line: str) -> Iterator[str]:
    for n, piece in enumerate(_CODE.split(line)):
        said = escape(piece, quote=False)
        if n % 2:
            yield f"<code>{said}</code>"
            continue
        for mark, drawn in _MARKS:
            said = mark.sub(drawn, said)
        yield said
