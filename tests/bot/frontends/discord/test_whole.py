"""The whole coach in a simulated Discord: roles side by side, and a text added, asked for and taken back."""

from __future__ import annotations

import pytest
import simcord

from bot.app import App
from bot.evaluation.golden import golden_questions
from bot.frontends.discord.client import CoachClient
from bot.frontends.discord.run import backstage_of
from tests.bot.frontends.discord.test_moderators import MANAGER
from tests.discord_server.parrot import Parrot
from tests.discord_server.place import Place, labels, texts

TEXT = (
    b"# The harbour lighthouse\n\n## Visiting\n\n"
    b"The harbour lighthouse opens its gallery to visitors on the first Sunday of every month.\n"
)
QUESTION = "When does the harbour lighthouse open its gallery?"


async def test_the_whole_coach(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.effects._golden == golden_questions(app.settings.golden_dir)
    # A few of them show as well as all that they are asked, before and after.
    some = app.effects._golden[::50]
    monkeypatch.setattr(app.effects, "_golden", some)
    asked_before = {*await app.memory.gaps.questions(), *some}
    client = CoachClient(backstage_of(app))
    async with simcord.run(client, settle_timeout=120) as env:
        place = Place(env, client, client.desk.backstage, Parrot())
        managers = place.guild.create_role("managers", permissions=MANAGER)
        mod = place.guild.add_member(env.create_user("mod"), roles=[managers])

        compared = await place.ada.slash(
            place.channel, "compare", first="Data Scientist", second="Research Scientist"
        )
        shown = [each for message in (compared.response, *compared.followups) for each in texts(message)]
        assert "**Day to day**\n- **Data Scientist**: " in "\n".join(shown)
        assert not any(line.startswith("|") for each in shown for line in each.splitlines())

        asked = await mod.slash(place.channel, "kb add", file=("lighthouse.md", TEXT))
        assert "Added: The harbour lighthouse" in texts(asked.response)[0]
        previewed = "\n".join(text for each in (asked.response, *asked.followups) for text in texts(each))
        assert f"Of {len(asked_before)} recorded and golden questions" in previewed
        await _apply(place, asked, mod)
        answer = await place.ask(QUESTION)
        assert "first Sunday of every month" in texts(answer)[0]

        undone = await mod.slash(place.channel, "kb undo")
        assert "Removed: The harbour lighthouse" in texts(undone.response)[0]
        await _apply(place, undone, mod)
        answer = await place.ask(QUESTION)
        assert "first Sunday" not in texts(answer)[0]


async def _apply(place: Place, asked: simcord.InteractionResult, mod: simcord.MemberActor) -> None:
    """Press the button below all that a change would do."""
    last = [asked.response, *asked.followups][-1]
    assert labels(last) == ["Apply", "Discard"]
    applied = await place.press(last, "Apply", by=mod)
    assert "Applied." in texts(applied)[0]
