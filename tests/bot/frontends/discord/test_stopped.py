"""The bot is asked to stop while it answers: what is nearly done is finished, the rest handed on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.bot.frontends.discord.test_killed import bot_process
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import text_of

ME = "<@1>"


def shown(server: DiscordServer, question: str) -> list[str]:
    return [text_of(reply).split(" [1]")[0] for reply in server.world.replies_to(question)]


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
async def test_answers_under_way_are_finished_or_handed_on(tmp_path: Path, asked_by: signal.Signals) -> None:
    database = tmp_path / "coach.db"
    async with DiscordServer() as server:
        async with bot_process(server, database) as process:
            first = await server.say(f"{ME} maths")
            await server.world.until(lambda: server.world.replies_to(first), 60)
            soon = await server.say(f"{ME} slow 2", user="20")
            late = await server.say(f"{ME} slow 12", user="21")
            behind = await server.say(f"{ME} behind it", user="21")
            # Answered after the others were taken in.
            marker = await server.say(f"{ME} next", user="22")
            await server.world.until(lambda: server.world.replies_to(marker), 60)

            process.send_signal(asked_by)
            await server.world.until(lambda: server.world.replies_to(soon), 60)
            during = await server.say(f"{ME} too late", user="23")
            status = await process.wait()

        assert status == (0 if asked_by is signal.SIGTERM else -signal.SIGINT)
        # It did not wait for the one that takes twelve seconds.
        assert [len(server.world.replies_to(each)) for each in (late, behind, during)] == [0, 0, 0]
        async with bot_process(server, database):
            await server.world.until(lambda: all(map(server.world.replies_to, (late, behind))), 90)
            again = await server.say(f"{ME} once more", user="23")
            await server.world.until(lambda: server.world.replies_to(again), 60)

    assert [shown(server, each) for each in (first, soon, late, behind)] == [
        ["You said: maths"],
        ["You said: slow 2"],
        ["You said: slow 12"],
        ["You said: behind it"],
    ]
    assert shown(server, during) == []
