"""Suggests roles that fit a person, with the reasons; asks when too little is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.coach import guided, suggestion
from bot.coach.chart import fit_chart
from bot.coach.facts import Learner
from bot.coach.fit import is_enough, rank
from bot.coach.guided import Guided, Question
from bot.coach.intents import Intents
from bot.coach.skills.skill import Skill
from bot.memory.conversations import Turn
from bot.reply import Choice, Message, Reply
from knowledge.library import StoredChunk
from knowledge.roles import Roles
from retrieval.rewrite import Exchange
from retrieval.sections import SectionName, Sections
from retrieval.wording import content_words

_TOO_LITTLE = "I don't know enough about you yet to say, and I'd rather ask than guess."
_HOW = (
    "Pick an answer or write your own. “skip” leaves a question out, “stop” ends here; "
    "`/roles` takes it up again."
)
_TELL_ME = (
    "So far nothing you told me points to one of the roles. Tell me what you like doing, what you would "
    "rather not do, and what you know, and ask again."
)
_TRY = "choosing-a-role"
# “Which machine learning role suits me?” and no more.
_BARE_WORDS = 4
_QUESTIONS = Choice("Answer a few questions", "/roles")


class SuggestRoles:
    """The skill of finding out which role suits somebody."""

    def __init__(  # noqa: PLR0913, PLR0917 - it is handed every part
        self,
        roles: Roles,
        learner: Learner,
        guided_: Guided,
        intents: Intents,
        sections: Sections,
        ask: Skill,
    ) -> None:
        """Rank these roles by what the learner knows; cite the sections.

        Whom that does not suffice for `ask` tells what the guides say to their words.
        """
        self._roles = roles
        self._learner = learner
        self._guided = guided_
        self._intents = intents
        self._sections = sections
        self._ask = ask

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Ask the next question, or give the ranking."""
        match message.text.lower().split():
            case ["/roles", "stop"]:
                await self._guided.leave(message)
                return await self._ranking(message)
            case ["/roles", "again"]:
                await self._guided.restart(message)
                return await self._ask_on(message)
            case ["/roles", "skip"]:
                return await self._ask_on(message)
            case ["/roles"]:
                question = await self._guided.resume(message)
                return self._asking(question) if question else await self._ranking(message)
            case _:
                return (
                    await self._doubted(message)
                    or await self._from_the_guides(message, turns)
                    or await self._ranking(message)
                )

    async def go_on(self, message: Message) -> Reply | None:
        """Take what was just said as the answer to the question that waits, if one does."""
        if await self._guided.pending(message) is None:
            return None
        return await self._ask_on(message)

    async def _ask_on(self, message: Message) -> Reply:
        question = await self._guided.advance(message)
        return self._asking(question) if question else await self._ranking(message)

    def _asking(self, question: Question, opening: str = "") -> Reply:
        number = f"**{self._guided.number(question)} of {len(self._guided)}: {question.ask}**"
        lines = [opening, "", number] if opening else [number]
        lines += ["", *(f"{n}. {choice.label}" for n, choice in enumerate(question.choices, 1))]
        choices = (*question.choices, Choice("Skip", guided.SKIP), Choice("Stop here", guided.STOP))
        return Reply("roles", "\n".join((*lines, "", _HOW)), choices=choices)

    async def _doubted(self, message: Message) -> Reply | None:
        """Say how the role stands of which a message asks why, or why not."""
        role = self._intents.doubted(message.text)
        ranking = rank(self._roles, await self._learner.known(message))
        standing = next((each for each in ranking if role and each.role.id == role.id), None)
        if standing is None or not is_enough(ranking):
            return None
        said = suggestion.explain(standing, ranking, await self._cited())
        exchange = Exchange(f"What does {standing.role.title} do?", standing.role.title)
        return Reply("roles", said.text, said.citations, said.suggestions, exchange, fits=said.fits)

    async def _cited(self) -> Mapping[SectionName, StoredChunk]:
        """Read the sections that reasons rest on."""
        guides = {_TRY} | {facet.guide_id for role in self._roles for facet in role.facets}
        return await self._sections.read(guides)

    async def _from_the_guides(self, message: Message, turns: tuple[Turn, ...]) -> Reply | None:
        """Answer whoever says something of themselves that no ranking can be made of."""
        if len(content_words(message.text)) <= _BARE_WORDS and not await self._learner.read(message.text):
            return None
        if is_enough(rank(self._roles, await self._learner.known(message))):
            return None
        reply = await self._ask.reply(message, turns)
        return replace(reply, choices=(_QUESTIONS,)) if reply.kind == "answer" else None

    async def _ranking(self, message: Message) -> Reply:
        evidence = await self._learner.known(message)
        ranking = rank(self._roles, evidence)
        if not is_enough(ranking):
            question = await self._guided.resume(message)
            return self._asking(question, _TOO_LITTLE) if question else Reply("roles", _TELL_ME)
        said = suggestion.suggest(ranking, await self._cited())
        chart = await asyncio.to_thread(fit_chart, ranking)
        finished = await self._guided.is_done(message)
        return Reply(
            "roles",
            said.text,
            said.citations,
            said.suggestions,
            Exchange(
                f"What does {ranking[0].role.title} do?",
                ranking[0].role.title,
                points=tuple(standing.role.title for standing in ranking),
            ),
            choices=(Choice("Start over", guided.AGAIN),) if finished else (_QUESTIONS,),
            pictures=(chart,),
            fits=said.fits,
        )
