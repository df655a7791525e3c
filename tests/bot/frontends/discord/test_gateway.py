"""The bot at a Discord of the tests' own: real connections, real requests, real faults."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord import faults, guard, run
from bot.frontends.discord.desk import Backstage
from tests.bot.frontends.discord.conftest import connected
from tests.discord_server.parrot import Parrot, backstage_of
from tests.discord_server.server import TOKEN, DiscordServer, Fault
from tests.discord_server.world import ADA, BOB, CHANNEL, DIRECT, button_of, text_of

ME = "<@1>"
SENDING = f"/channels/{CHANNEL}/messages"
# Discord waits three seconds for an interaction to be acknowledged.
MOST_SECONDS_TO_ACKNOWLEDGE = 3


@pytest.fixture
async def bot(server: DiscordServer, backstage: Backstage) -> AsyncIterator[asyncio.Task[None]]:
    """The bot, connected."""
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    await server.world.until(lambda: server.identified or task.done())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def answered(server: DiscordServer, *questions: str) -> list[str]:
    """Wait until these messages are answered; return the texts."""
    await server.world.until(lambda: all(map(server.world.replies_to, questions)), 120)
    return [text_of(reply) for question in questions for reply in server.world.replies_to(question)]


@pytest.mark.usefixtures("bot")
async def test_a_mention_is_answered(server: DiscordServer) -> None:
    assert await answered(server, await server.say(f"{ME} what maths?")) == ["You said: what maths? [1]."]


@pytest.mark.usefixtures("bot")
async def test_messages_sent_at_once_are_answered_in_order(server: DiscordServer) -> None:
    questions = [await server.say(f"{ME} question {n}") for n in range(10)]

    await answered(server, *questions)

    assert [text_of(reply).split(" [1]")[0] for reply in server.world.by_bot()] == [
        f"You said: question {n}" for n in range(10)
    ]


@pytest.mark.usefixtures("bot")
async def test_a_thousand_messages_delivered_twice_are_answered_once_each(
    server: DiscordServer, parrot: Parrot
) -> None:
    questions = [await server.say(f"{ME} question {n}", user=str(100 + n), times=2) for n in range(1000)]

    await answered(server, *questions)

    assert len(server.world.by_bot()) == 1000
    assert len(parrot.heard) == 1000


@pytest.mark.usefixtures("bot")
async def test_five_hundred_commands_are_acknowledged_in_time_however_long_answers_take(
    server: DiscordServer, parrot: Parrot
) -> None:
    parrot.gate.clear()

    asked = []
    for n in range(500):
        asked.append(await server.slash("ask", user=str(100 + n), question=f"question {n}"))
        # A hundred a second, all under way at once: how fast a burst is read is the machine's affair.
        await asyncio.sleep(0.01)
    await server.world.until(lambda: all(each.acknowledged is not None for each in asked), 60)
    parrot.gate.set()

    wanted = [f"> question {n}" for n in range(500)]
    await server.world.until(lambda: [_shown(server, each) for each in asked] == wanted, 60)
    assert max(each.acknowledged or 99 for each in asked) < MOST_SECONDS_TO_ACKNOWLEDGE
    assert len(server.world.by_bot()) == 500


@pytest.mark.usefixtures("bot")
async def test_with_faults_in_three_of_ten_sends_none_is_lost_and_none_doubled(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused before the work, or answered with a fault after it, or cut off either way."""
    chance = random.Random(7)  # noqa: S311 - the same faults every time
    happened: Counter[Fault] = Counter()
    monkeypatch.setattr(faults, "_FIRST_WAIT_SECONDS", 0.001)
    # What fails even so is caught up a minute later; the test need not wait for that.
    monkeypatch.setattr(faults, "_TRIES", 12)

    def fault(method: str, path: str) -> Fault:
        if (method, path) != ("POST", SENDING) or chance.random() >= 0.3:
            return None
        # 500 is rare, as discord.py waits a second for it.
        kinds = [("before", 429), ("before", 0), ("after", 0), ("before", 503), ("after", 503)] * 5
        kind = chance.choice([*kinds, ("before", 500), ("after", 500)])
        happened[kind] += 1
        return kind

    server.fault = fault
    questions = [await server.say(f"{ME} question {n}", user=str(100 + n)) for n in range(2000)]
    await answered(server, *questions)

    assert len(happened) == 7
    assert happened.total() > 600
    assert [len(server.world.replies_to(question)) for question in questions] == [1] * 2000


@pytest.mark.usefixtures("bot")
async def test_a_connection_dropped_during_an_answer_is_resumed(
    server: DiscordServer, parrot: Parrot
) -> None:
    parrot.gate.clear()
    first = await server.say(f"{ME} first")
    await parrot.at_work.wait()

    await server.cut()
    second = await server.say(f"{ME} second")
    parrot.gate.set()

    assert [text.split(" [1]")[0] for text in await answered(server, first, second)] == [
        "You said: first",
        "You said: second",
    ]
    assert server.resumed == 1


@pytest.mark.usefixtures("bot")
async def test_a_question_deleted_before_its_answer_gets_none(
    server: DiscordServer, parrot: Parrot, backstage: Backstage
) -> None:
    parrot.gate.clear()
    question = await server.say(f"{ME} what maths?")
    await parrot.at_work.wait()

    await server.delete(question)
    await answered(server, await server.say(f"{ME} next", user=BOB))
    parrot.gate.set()
    await answered(server, await server.say(f"{ME} after all that"))

    assert server.world.replies_to(question) == []
    assert await backstage.coach.turn(question) is None


@pytest.mark.usefixtures("bot")
async def test_what_is_for_one_person_alone_is_shown_to_nobody_else(server: DiscordServer) -> None:
    question = await server.say(f"{ME} secret please")
    [text] = await answered(server, question)
    [public] = server.world.replies_to(question)
    show = button_of(public, "show")["custom_id"]

    for_ada = await server.press(public, show, user=ADA)
    for_bob = await server.press(public, show, user=BOB)
    await server.world.until(lambda: all(_shown(server, each) for each in (for_ada, for_bob)))

    assert "brave" not in text
    assert for_ada.ephemeral
    assert for_bob.ephemeral
    assert _shown(server, for_ada) == "You are brave."
    assert "somebody else" in _shown(server, for_bob)


def _shown(server: DiscordServer, interaction: object) -> str:
    original = interaction.original  # type: ignore[attr-defined]
    return text_of(server.world.messages[original]) if original else ""


@pytest.mark.usefixtures("bot")
async def test_whoever_asks_where_the_bot_may_not_write_is_told_directly(
    server: DiscordServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault = lambda method, path: ("before", 403) if (method, path) == ("POST", SENDING) else None
    question = await server.say(f"{ME} what maths?")
    await server.world.until(lambda: server.world.by_bot(DIRECT))

    [told] = server.world.by_bot(DIRECT)
    assert f"<#{CHANNEL}>" in told["content"]
    assert "Send Messages" in told["content"]
    fault_id = told["content"].split("`")[1]
    assert fault_id in caplog.text
    assert question in caplog.text


async def test_a_long_reply_to_a_command_is_shown_once_though_the_bot_dies_within_it(
    server: DiscordServer, backstage: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Followups have no nonce: what was shown is known from SQL alone."""
    monkeypatch.setattr(faults, "_TRIES", 1)
    sent: list[str] = []

    def second_is_cut_off(method: str, path: str) -> Fault:
        if method == "POST" and path.startswith("/webhooks/"):
            sent.append(path)
            return ("before", 0) if len(sent) == 2 else None
        return None

    server.fault = second_is_cut_off
    async with connected(server, backstage):
        await server.slash("ask", question="long")
        await server.world.until(lambda: len(sent) == 2)
    async with connected(server, backstage):
        await server.world.until(lambda: len(sent) == 3)
        await answered(server, await server.say(f"{ME} next"))

    shown = [text_of(message) for message in server.world.by_bot() if not message.get("message_reference")]
    assert len(shown) == 3
    assert " ".join(shown).count("Paragraph") == sum(text.count("Paragraph") for text in set(shown))


@pytest.mark.usefixtures("bot")
async def test_what_the_coach_stumbles_over_is_apologised_for_with_a_number_that_is_in_the_log(
    server: DiscordServer, caplog: pytest.LogCaptureFixture
) -> None:
    [text] = await answered(server, await server.say(f"{ME} break please"))

    assert text.startswith("Sorry, something went wrong on my side.")
    assert "canary" not in text
    assert text.split("`")[1] in caplog.text
    assert "canary" in caplog.text


async def test_without_the_intent_it_says_so_and_does_what_it_can(
    server: DiscordServer, backstage: Backstage, caplog: pytest.LogCaptureFixture
) -> None:
    server.grant_content = False
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    await server.world.until(lambda: server.identified)

    assert await answered(server, await server.say(f"{ME} what maths?")) == ["You said: what maths? [1]."]
    assert "Message Content Intent" in caplog.text
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_wrong_token_is_told_in_a_sentence(server: DiscordServer, backstage: Backstage) -> None:
    with pytest.raises(faults.StartError, match="does not accept DISCORD_TOKEN"):
        await run.serve(backstage, "wrong")
    assert not server.identified


async def test_discord_may_come_later(
    backstage: Backstage,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    server: DiscordServer,
) -> None:
    monkeypatch.setattr(run, "_FIRST_WAIT_SECONDS", 0.05)
    refusals: list[Fault] = [("before", 503)] * 3
    server.fault = lambda _method, path: refusals.pop() if path == "/users/@me" and refusals else None
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    await server.world.until(lambda: server.identified)

    assert caplog.text.count("Discord cannot be reached") == 3
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_it_pauses_before_discord_bans_it(
    server: DiscordServer,
    backstage: Backstage,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "_MOST", 30)
    monkeypatch.setattr(guard, "_PAUSE_SECONDS", 0.1)
    forbidden = True
    server.fault = lambda _method, path: ("before", 403) if forbidden and CHANNEL in path else None
    async with connected(server, backstage):
        for n in range(40):
            await server.say(f"{ME} question {n}", user=str(100 + n))
        await server.world.until(lambda: server.identified > 1)
        forbidden = False
        assert await answered(server, await server.say(f"{ME} maths?")) == ["You said: maths? [1]."]

    paused = next(line for line in caplog.messages if "I pause for 10 minutes" in line)
    assert "status 403" in paused
    assert "Send Messages" in paused


async def test_a_token_that_is_taken_back_meanwhile_is_told_in_a_sentence(
    server: DiscordServer, backstage: Backstage
) -> None:
    task = asyncio.create_task(run.serve(backstage, TOKEN))
    await server.world.until(lambda: server.identified)

    await server.hang_up(4004)

    with pytest.raises(faults.StartError, match="does not accept DISCORD_TOKEN"):
        await task


@pytest.mark.usefixtures("bot")
async def test_secrets_are_in_no_log(server: DiscordServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    turns = iter([("before", 500), ("before", 0), ("before", 403)])
    server.fault = lambda method, path: next(turns, None) if (method, path) == ("POST", SENDING) else None
    for n in range(3):
        await server.say(f"{ME} break {n}")
    interaction = await server.slash("ask", question="what maths?")
    await server.world.until(lambda: _shown(server, interaction) and server.world.by_bot())
    await server.world.until(lambda: next(turns, None) is None)

    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")]
    assert logged
    assert not [line for line in logged if TOKEN in line or interaction.token in line]


@pytest.mark.usefixtures("bot")
async def test_nobody_is_ever_pinged(server: DiscordServer) -> None:
    """Five hundred ways to be pinged, through all that the bot sends and edits."""
    chance = random.Random(3)  # noqa: S311 - the same attacks every time
    pieces = [
        "@everyone",
        "@here",
        "<@&500>",
        "<@11>",
        "<@!12>",
        "@\u200beveryone",
        "[x](@everyone)",
        "`@here`",
    ]
    for n in range(250):
        attack = " ".join(chance.choices(pieces, k=chance.randrange(1, 6)))
        await server.say(f"{ME} ping {attack}", user=str(100 + n))
        await server.slash("ask", user=str(100 + n), question=f"ping {attack}")
    await server.world.until(
        lambda: len([message for message in server.world.by_bot() if message["components"]]) == 500, 60
    )

    said = [body for _, path, body in server.requests if "components" in body and "callback" not in path]
    assert len(said) == 500
    for body in said:
        assert body["allowed_mentions"]["parse"] == []
        assert not body["allowed_mentions"].get("replied_user")
        assert not {"users", "roles"} & body["allowed_mentions"].keys()


async def test_whoever_sends_too_much_is_told_once_when_to_come_back(
    server: DiscordServer, engine: AsyncEngine, parrot: Parrot
) -> None:
    task = asyncio.create_task(run.serve(backstage_of(engine, parrot, limit=2), TOKEN))
    await server.world.until(lambda: server.identified or task.done())
    questions = [await server.say(f"{ME} question {n}") for n in range(5)]
    other = await answered(server, await server.say(f"{ME} maths too", user=BOB))
    command = await server.slash("ask", question="and now?")
    await server.world.until(lambda: _shown(server, command))

    assert other == ["You said: maths too [1]."]
    assert [len(server.world.replies_to(question)) for question in questions] == [1, 1, 1, 0, 0]
    assert "please come back then" in text_of(server.world.replies_to(questions[2])[0])
    assert "please come back then" in _shown(server, command)
    assert len(parrot.heard) == 3
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
