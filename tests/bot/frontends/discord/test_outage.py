"""What a person in Discord sees when the coach cannot keep anything."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.databases import no_room
from tests.discord_server.place import Place, Shown, texts

FULL = "There is no room left"
LONG = "maths " * 280


def says_it_is_full(shown: Shown) -> bool:
    return any(each.startswith(FULL) for each in texts(shown))


async def test_without_room_each_is_told_once_and_the_next_message_is_answered(
    place: Place, engine: AsyncEngine
) -> None:
    await place.ask("what maths?")
    with no_room(engine):
        while not says_it_is_full(await place.ask(LONG)):
            pass
        count = len(place.replies)
        by_command = await place.ada.slash(place.channel, "ask", question=LONG)
        by_mention = await place.ask(LONG)
        assert len(place.replies) == count + 2
    answered = await place.ask("what maths at last?")

    assert says_it_is_full(by_command.response)
    assert says_it_is_full(by_mention)
    assert texts(answered)[0].startswith("You said: what maths at last?")
