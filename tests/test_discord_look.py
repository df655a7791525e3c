"""The README's picture is drawn from what the bot sends: nothing that is read or pressed is left out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.frontends.discord.rendering import Setting, reply_pages
from bot.frontends.discord.views import layout
from bot.reply import Choice, Reply
from docs.discord_look import Phone, Shown, page
from retrieval.answer import Citation

ADA = {"id": "11", "username": "ada", "bot": False}
COACH = {"id": "1", "username": "coach", "bot": True}


def message(author: dict[str, Any], content: str = "", *components: dict[str, Any]) -> Shown:
    return Shown(
        {"author": author, "content": content, "components": components, "flags": 0}, ("ada", "why?")
    )


def test_what_is_said_and_offered_is_drawn() -> None:
    reply = Reply(
        "answer",
        "**Learn** maths & `code` [1].\n\n- Vectors [1]",
        (Citation(1, "Foundations", "Maths", "Notes", "Learn maths."),),
        ("Which <maths>?",),
        choices=(Choice("Go on", "go on"),),
    )
    [laid] = reply_pages(reply, "1", Setting("why?", can_thread=True))

    sent: list[dict[str, Any]] = layout(laid).to_components()  # type: ignore[no-untyped-call]
    drawn = page([Phone("# careers", [message(ADA, "<@1> why?"), message(COACH, "", *sent)])])

    for seen in (
        "@coach</a> why?",
        "<b>Learn</b> maths &amp; <code>code</code>",
        "<li>Vectors",
        "<p class=small>[1]\N{NO-BREAK SPACE}Foundations › Maths",
        "Which &lt;maths&gt;?",
        ">Ask</button>",
        ">Go on</button>",
        ">📖 Sources</button>",
        ">👍</button>",
        ">🧵 Thread</button>",
    ):
        assert seen in drawn


def test_what_cannot_be_drawn_yet_is_not_left_out_in_silence() -> None:
    with pytest.raises(ValueError, match="type 99"):
        page([Phone("# careers", [message(COACH, "", {"type": 99})])])
