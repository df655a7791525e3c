"""What commands and buttons do. Each acknowledges first, before it waits for anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot.frontends.discord import faults, limits, rendering
from bot.frontends.discord.desk import Desk
from bot.frontends.discord.rendering import Action, Button, Page, Setting
from bot.frontends.discord.surfaces import Address
from bot.memory.deliveries import Incoming

Interaction = discord.Interaction[Any]

_HELP = (
    "I'm **Career Coach**. I help software engineers find their way into machine learning, and everything I "
    "say stands in guides that you can check.\n\n"
    "- Mention me in a channel, write to me directly, or use `/ask`. With `private` only you see it.\n"
    "- Follow up with “why?”, “and for research scientists?” or “tell me more”.\n"
    "- `/roles` finds the role that suits you, `/compare` sets two side by side, `/gap` says what you still "
    "need for one, and `/profile` shows what I know of you.\n"
    "- `/sources` shows the exact passages behind the last answer.\n"
    "- `/forget` deletes our conversation in this place, and `/privacy` says what else is kept of you.\n"
    "- Right-click or long-press a message → Apps → **Ask the coach** to ask what somebody wrote.\n\n"
    "You could begin with one of these:"
)
_STARTERS = (
    "Which machine learning role suits me?",
    "What maths do I need?",
    "Which projects belong in a portfolio?",
)
_NO_SOURCES = "There is no answer with sources yet in our conversation here. Ask me something first."
_GONE = "That belongs to a conversation that has been deleted. Ask me again and I'll look it up anew."
_NOT_YOURS = "That one is for somebody else. Ask me yourself with `/ask`."
_SURE = "Shall I delete our conversation in this place? I'll no longer know what we talked about."
_FORGOTTEN = "Done: our conversation in this place is deleted."
_NOTHING_TO_FORGET = "There is nothing to delete: I remember no conversation with you in this place."
_KEPT = "All right, nothing is deleted."
_THANKS = "Thank you, that's good to know."
_NOTED = "Thank you. I've noted that this did not help. Asking in other words often does."
_REQUESTED = "Noted. The moderators see your question among those that the guides don't answer yet."
_THREAD = "Let's go on here. There's no need to mention me."
_THREAD_BY_NAME = "Let's go on here. Please mention me, so that I can read what you write."
_THREAD_NAME = "Career Coach"
_THREAD_OPEN = "We can go on in <#{thread}>."


def places_of(interaction: Interaction) -> tuple[str, str]:
    """Name the conversations a person has where the interaction is: the open one and the private one.

    What only one person sees is a conversation of its own, so that none of it shows in public. In
    direct messages there is no difference.
    """
    channel = str(interaction.channel_id)
    return channel, channel if interaction.context.dm_channel else f"{channel}-private"


async def acknowledge(interaction: Interaction, text: str = "", *, ephemeral: bool) -> Incoming:
    """Tell Discord within its three seconds that an answer is coming; translate what was said."""
    response = await interaction.response.defer(ephemeral=ephemeral, thinking=True)
    original = response.message_id if response else None
    channel = places_of(interaction)[ephemeral]
    private = ephemeral or interaction.context.dm_channel
    address = Address(
        interaction.channel_id or 0,
        interaction.guild_id,
        interaction.token,
        original or 0,
        ephemeral=ephemeral,
        can_thread=not ephemeral
        and interaction.is_guild_integration()
        and isinstance(interaction.channel, discord.TextChannel),
        quotes=True,
    )
    return Incoming(
        str(interaction.id), str(interaction.user.id), channel, text, address.dumps(), private=private
    )


async def say(desk: Desk, interaction: Interaction, text: str, *, ephemeral: bool) -> None:
    """Say a text to the coach in a person's name, and show the reply."""
    async with desk.arriving():
        await desk.answer(await acknowledge(interaction, text, ephemeral=ephemeral))


async def show_help(desk: Desk, interaction: Interaction) -> None:
    """Show what the coach can do, with buttons that do it."""
    incoming = await acknowledge(interaction, ephemeral=True)
    others = (
        Button("My last sources", Action.LAST_SOURCES, emoji="📖"),
        Button("Delete our conversation", Action.ASK_TO_FORGET, emoji="🧹"),
    )
    below = Page(entries=rendering.questions(_STARTERS, incoming.id), rows=(others,))
    await desk.offer(incoming, rendering.pages([_HELP], below), _STARTERS)


async def show_last_sources(desk: Desk, interaction: Interaction) -> None:
    """Show the passages behind the last answer."""
    incoming = await acknowledge(interaction, ephemeral=True)
    replies = [
        reply
        for place in places_of(interaction)
        if (reply := await desk.backstage.coach.last_answer(incoming.user, place))
    ]
    pages = rendering.sources_pages(replies[0]) if replies else rendering.text_page(_NO_SOURCES)
    await desk.show(incoming, pages)


async def ask_to_forget(desk: Desk, interaction: Interaction) -> None:
    """Ask whether to delete the conversation."""
    incoming = await acknowledge(interaction, ephemeral=True)
    buttons = (Button("Delete it", Action.FORGET, grave=True), Button("Keep it", Action.KEEP))
    await desk.show(incoming, rendering.text_page(_SURE, *buttons))


async def press(desk: Desk, interaction: Interaction, button: Button) -> None:
    """See to a press of a button."""
    async with desk.arriving():
        await _see_to(desk, interaction, button)


async def _see_to(desk: Desk, interaction: Interaction, button: Button) -> None:
    match button.action:
        case Action.SAY:
            await _say_offer(desk, interaction, button)
        case Action.ASK_TO_FORGET:
            await ask_to_forget(desk, interaction)
        case Action.LAST_SOURCES:
            await show_last_sources(desk, interaction)
        case Action.THREAD:
            await _open_thread(desk, interaction, button.message_id)
        case Action.FORGET:
            incoming = await acknowledge(interaction, ephemeral=True)
            turns = [await desk.forget(incoming.user, place) for place in set(places_of(interaction))]
            text = _FORGOTTEN if any(turns) else _NOTHING_TO_FORGET
            await desk.show(incoming, rendering.text_page(text))
        case Action.KEEP:
            await desk.show(await acknowledge(interaction, ephemeral=True), rendering.text_page(_KEPT))
        case Action.HELPFUL | Action.UNHELPFUL:
            incoming = await acknowledge(interaction, ephemeral=True)
            helpful = button.action is Action.HELPFUL
            await desk.backstage.feedback.give(incoming.user, button.message_id, helpful=helpful)
            await desk.show(incoming, rendering.text_page(_THANKS if helpful else _NOTED))
        case Action.SOURCES | Action.SHOW | Action.MODERATORS:
            incoming = await acknowledge(interaction, ephemeral=True)
            await desk.show(incoming, await _of_a_turn(desk, incoming.user, button))


async def _say_offer(desk: Desk, interaction: Interaction, button: Button) -> None:
    ephemeral = interaction.message is not None and interaction.message.flags.ephemeral
    incoming = await acknowledge(interaction, ephemeral=ephemeral)
    delivery = await desk.backstage.deliveries.find(button.message_id)
    if delivery and button.offer < len(delivery.offers):
        await desk.answer(replace(incoming, text=delivery.offers[button.offer]))
    else:
        await desk.show(incoming, rendering.text_page(_GONE))


async def _of_a_turn(desk: Desk, user: str, button: Button) -> tuple[Page, ...]:
    """Do what a button does with what was said, and return what only this person sees of it."""
    back = desk.backstage
    turn = await back.coach.turn(button.message_id)
    delivery = await back.deliveries.find(button.message_id)
    if turn is None or delivery is None:
        return rendering.text_page(_GONE)
    if button.action is Action.SOURCES:
        return rendering.sources_pages(turn.reply)
    if button.action is Action.MODERATORS:
        await back.gaps.want(user, turn.text)
        return rendering.text_page(_REQUESTED)
    if delivery.incoming.user != user:
        return rendering.text_page(_NOT_YOURS)
    return rendering.reply_pages(turn.reply, button.message_id, Setting())


async def _open_thread(desk: Desk, interaction: Interaction, message_id: str) -> None:
    """Open a thread on the answer, where the conversation goes on."""
    incoming = await acknowledge(interaction, ephemeral=True)
    message, coach = interaction.message, desk.backstage.coach
    if message is None:
        return
    # A thread on a message has the message's id.
    where = rendering.text_page(_THREAD_OPEN.format(thread=message.id))
    turn = await coach.turn(message_id)
    name = rendering.shortened(turn.text, limits.THREAD_NAME) if turn else _THREAD_NAME
    try:
        thread = await message.create_thread(name=name)
    except discord.HTTPException as error:
        if error.code != limits.THREAD_EXISTS_ALREADY:
            fault_id = faults.record(error, f"opening a thread on message {message.id}")
            where = rendering.text_page(faults.NO_THREAD.format(id=fault_id))
    else:
        await coach.carry_over(message_id, str(thread.id))
        reads = interaction.client.intents.message_content
        await thread.send(_THREAD if reads else _THREAD_BY_NAME)
    await desk.show(incoming, where)
