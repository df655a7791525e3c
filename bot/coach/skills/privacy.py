"""Says what is kept of a person, hands it over, and deletes it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.memory.conversations import Turn
from bot.memory.people import People
from bot.reply import Choice, Document, Message, Reply

EXPORT, DELETE = "/privacy export", "/privacy delete"
_ERASE, _KEEP = "/privacy delete everything", "/privacy keep"

_KEPT = """\
**What I keep of you**

- what you write to me and what I answer, so that you can ask on
- what you tell me about yourself, word for word; `/profile` shows it
- questions that my guides don't cover; moderators see them without your name
- which answers you found helpful, which messages came in and when, and how far you are in my questions
- in a terminal, the lines you typed, for the arrow keys"""
_FOR_GOOD = "Until you delete it."
_FOR_DAYS = "{days} days, then it is deleted by itself. Lines typed in a terminal stay until you delete them."
_NOTHING_LEAVES = "Nothing. I look everything up on this machine, and no language model is asked."
_MODEL = (
    "A language model ({model}) helps me to write. It is sent your message, what we said just before, the "
    "facts on your `/profile` as it shows where we are, and passages of my guides. It is not sent your name. "
    "I also count how much of it you use; that sum stays, without your name."
)
_YOURS = (
    "`/privacy export` hands you all of it, `/privacy delete` deletes all of it. `/forget` deletes only our "
    "conversation here. What you write in Discord is kept by Discord, too, and if you look after my guides, "
    "their history names you."
)
_EXPORTED = "Here is everything I keep of you, as JSON."
_SURE = (
    "Shall I delete everything I keep of you, in every place we talked? It can't be brought back.\n\n{list}"
)
_DELETED = "Done, this is deleted for good:\n\n{list}"
_NOTHING = "There is nothing to delete: I keep nothing of you."
NOT_DELETED = "All right, nothing is deleted."

_CHOICES = (Choice("Everything you keep of me", EXPORT), Choice("Delete everything", DELETE))
_SURE_CHOICES = (Choice("Yes, delete everything", _ERASE), Choice("No, keep it", _KEEP))


def erases(text: str) -> bool:
    """Whether a message is the one that deletes everything."""
    return text.lower().split() == _ERASE.split()


class Privacy:
    """The skill of treating what is kept as the person's own."""

    def __init__(self, people: People, retention_days: int, chat_model: str) -> None:
        """Know what is kept, for how many days (0 is for good), and the chat model, if there is one."""
        self._people = people
        self._retention_days = retention_days
        self._chat_model = chat_model

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Explain, export, ask or delete. Nobody's turn may be under way when it deletes."""
        _ = turns
        if erases(message.text):
            return Reply("chat", deleted(await self._people.erase(message.user)), private=True)
        match message.text.lower().split():
            case ["/privacy", "export"]:
                document = export_document(await self._people.export(message.user))
                return Reply("chat", _EXPORTED, documents=(document,), private=True)
            case ["/privacy", "delete"]:
                kept = await self._people.count(message.user)
                return Reply("chat", sure(kept), choices=_SURE_CHOICES if kept else (), private=True)
            case ["/privacy", "keep"]:
                return Reply("chat", NOT_DELETED, private=True)
            case _:
                return Reply("chat", self._explained(), choices=_CHOICES, private=True)

    def _explained(self) -> str:
        days, model = self._retention_days, self._chat_model
        return "\n\n".join(
            (
                _KEPT,
                "**For how long**",
                _FOR_DAYS.format(days=days) if days else _FOR_GOOD,
                "**What leaves this machine**",
                _MODEL.format(model=model) if model else _NOTHING_LEAVES,
                "**Yours to decide**",
                _YOURS,
            )
        )


def sure(kept: Mapping[str, int]) -> str:
    """Ask whether to delete what is counted here."""
    return _SURE.format(list=_listed(kept)) if kept else _NOTHING


def deleted(gone: Mapping[str, int]) -> str:
    """Say what was deleted."""
    return _DELETED.format(list=_listed(gone)) if gone else _NOTHING


def export_document(kept: Mapping[str, object]) -> Document:
    """Write an export as a file that a person can read."""
    return Document("career-coach.json", json.dumps(kept, ensure_ascii=False, indent=2))


def _listed(counts: Mapping[str, int]) -> str:
    return "\n".join(f"- {name}: {count}" for name, count in counts.items())
