"""The composition root: opens every part once, and closes it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.coach import Coach
from bot.coach.facts import Learner
from bot.coach.guided import Guided
from bot.coach.hearing import Hearing
from bot.coach.intents import Intent, Intents
from bot.coach.manner import Manner
from bot.coach.skills.ask import Ask
from bot.coach.skills.care import Care
from bot.coach.skills.compare import CompareRoles
from bot.coach.skills.gap import SkillGap
from bot.coach.skills.privacy import Privacy
from bot.coach.skills.profile import ShowProfile
from bot.coach.skills.roles import SuggestRoles
from bot.coach.skills.skill import Skill
from bot.coach.skills.skills_map import MapSkills
from bot.coach.skills.smalltalk import SmallTalk
from bot.coach.skills.sources import ShowSources
from bot.coach.understanding import Understanding
from bot.config import Settings
from bot.evaluation.golden import golden_questions
from bot.fleet.background import background
from bot.fleet.fleet import Fleet
from bot.fleet.following import follow_live
from bot.memory.memory import Memory
from bot.memory.usage import Usage
from bot.moderation.curator import Curator, kept_versions
from bot.moderation.duplicates import Duplicates
from bot.moderation.effects import Effects
from bot.moderation.intake import Intake
from bot.moderation.wishes import Wishes
from bot.storage.opening import make_folder, open_index, open_library
from bot.telemetry.steps import StepTimer
from knowledge.fetching import Fetcher
from knowledge.guide import Guide
from knowledge.history import History
from knowledge.library import Library
from knowledge.loaders.markdown import read_guides
from knowledge.loaders.sandbox import Sandbox, open_sandbox
from knowledge.roles import Roles, load_roles
from knowledge.sources import Sources
from retrieval.chain import AnswerChain
from retrieval.check import Checker
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.facets import Facets
from retrieval.find import Finder
from retrieval.index import VectorIndex
from retrieval.judge import Judge, load_aspects, open_judge
from retrieval.model import ChatModel, open_chat
from retrieval.refresh import Progress, Refresh, ignore_progress
from retrieval.restate import Restater
from retrieval.retriever import HybridRetriever
from retrieval.rewrite import Rewriter
from retrieval.search import Searcher
from retrieval.sections import Sections
from retrieval.verify import Verifier
from retrieval.wording import Wording
from retrieval.write import Writer

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every other part stands on."""

    settings: Settings
    engine: AsyncEngine
    library: Library
    embeddings: SentenceEmbeddings
    wording: Wording
    roles: Roles


@dataclass(frozen=True, slots=True)
class App:
    """Everything that is open while the coach runs."""

    settings: Settings
    library: Library
    embeddings: SentenceEmbeddings
    wording: Wording
    searcher: Searcher
    refresh: Refresh
    chain: AnswerChain
    coach: Coach
    memory: Memory
    curator: Curator
    sources: Sources
    history: History
    effects: Effects
    wishes: Wishes
    fleet: Fleet

    @property
    def guides(self) -> list[Guide]:
        """The guides as they lie in their folder."""
        return read_guides(self.settings.guides_dir)

    def retriever(self, k: int) -> HybridRetriever:
        """Return the search as a LangChain retriever of `k` documents."""
        return HybridRetriever(
            searcher=self.searcher, embeddings=self.embeddings, read=self.wording.read, k=k
        )


@asynccontextmanager
async def open_app(settings: Settings, progress: Progress = ignore_progress) -> AsyncIterator[App]:
    """Open every part; when the library has nothing for this model yet, fill it first.

    Raises:
        CoachError: a part cannot be opened, or another process uses the data folder.

    """
    make_folder(settings.data_dir)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_index(settings))
        ground = await _open_ground(settings, stack)
        fleet = Fleet.of(ground.engine)
        memory = Memory.of(ground.engine, settings.data_dir)
        sandbox = await stack.enter_async_context(open_sandbox())
        await stack.enter_async_context(memory.people.expiring(settings.retention_days, fleet.duties))
        sources = Sources(ground.engine)
        async with fleet.curating():
            searcher, refresh = await _open_search(ground, client, sources, progress)
        app = await _assemble(ground, memory, searcher, refresh, sources, sandbox, fleet)
        async with background(follow_live(searcher)):
            yield app


async def _open_ground(settings: Settings, stack: AsyncExitStack) -> _Ground:
    engine, library = await stack.enter_async_context(open_library(settings))
    # Neither needs the other, and each takes a second or two.
    embeddings, wording = await asyncio.gather(
        asyncio.to_thread(SentenceEmbeddings.load, settings.embedding_model, threads=settings.threads),
        asyncio.to_thread(Wording.load),
    )
    stack.callback(embeddings.close)
    return _Ground(settings, engine, library, embeddings, wording, load_roles())


async def _open_search(
    ground: _Ground, client: ClientAPI, sources: Sources, progress: Progress
) -> tuple[Searcher, Refresh]:
    """Open the search; when the library has nothing for this model yet, fill it. Nobody else may write."""
    library, model = ground.library, ground.embeddings.fingerprint
    shared_by = await library.name() if ground.settings.chroma_url else ""
    index = await asyncio.to_thread(VectorIndex, client, model, shared_by)
    searcher = Searcher(library, index, model, ground.wording.learn)
    refresh = Refresh(library, ground.embeddings, searcher)
    if not await searcher.open():
        live = await library.live()
        shipped = [
            guide for guide in read_guides(ground.settings.guides_dir) if guide.id not in live.withdrawn
        ]
        plan = await refresh.plan(shipped, kept_versions(await sources.all(), live))
        await refresh.apply(plan, actor="first use", note="the shipped guides", progress=progress)
    return searcher, refresh


async def _assemble(  # noqa: PLR0913, PLR0917 - what has been opened, in the order it was
    ground: _Ground,
    memory: Memory,
    searcher: Searcher,
    refresh: Refresh,
    sources: Sources,
    sandbox: Sandbox,
    fleet: Fleet,
) -> App:
    settings, library, embeddings = ground.settings, ground.library, ground.embeddings
    judge = await open_judge(load_aspects(), library, embeddings, ground.wording, searcher.field)
    model = _chat_model(settings, memory.usage)
    chain = _live_chain(ground, searcher, judge, model)
    fetcher = Fetcher(allow_loopback=settings.fetch_loopback)
    questions = judge.questions(searcher.field)
    return App(
        settings=settings,
        library=library,
        embeddings=embeddings,
        wording=ground.wording,
        searcher=searcher,
        refresh=refresh,
        chain=chain,
        coach=await _make_coach(ground, memory, chain, model, questions),
        memory=memory,
        curator=Curator(
            library,
            sources,
            refresh,
            Intake(fetcher, sandbox),
            Duplicates(library, searcher, embeddings),
            lambda: read_guides(settings.guides_dir),
            fleet.curating,
        ),
        sources=sources,
        history=History(ground.engine),
        effects=Effects(
            chain,
            lambda: _chain_apart(ground, searcher, judge),
            fetcher,
            memory.gaps,
            golden_questions(settings.golden_dir),
        ),
        wishes=Wishes(memory.gaps, chain, embeddings),
        fleet=fleet,
    )


def _live_chain(ground: _Ground, searcher: Searcher, judge: Judge, model: ChatModel | None) -> AnswerChain:
    """Chain the parts that answer people; a model, if there is one, writes and is checked."""
    return AnswerChain(
        Rewriter(ground.wording, ground.roles),
        ground.roles,
        _finder(ground, searcher),
        judge,
        _writer(model, ground.embeddings, Reader(ground.wording, ground.roles)) if model else None,
        Restater(model) if model else None,
        [StepTimer()],
    )


def _chain_apart(ground: _Ground, searcher: Searcher, judge: Judge) -> tuple[Searcher, AnswerChain]:
    """Chain parts that try an edition out: read by its own words, and teaching the live chain none."""
    own = ground.wording.apart()
    over = searcher.beside(own.learn)
    rewriter = Rewriter(own, ground.roles)
    return over, AnswerChain(rewriter, ground.roles, _finder(ground, over), judge.reading_by(own))


def _finder(ground: _Ground, searcher: Searcher) -> Finder:
    sections = Sections(ground.library, ground.embeddings.fingerprint)
    return Finder(ground.roles, ground.embeddings, searcher, sections)


async def _make_coach(
    ground: _Ground, memory: Memory, chain: AnswerChain, model: ChatModel | None, questions: Sequence[str]
) -> Coach:
    """Make the coach and its skills; from `questions` it learns how people ask."""
    roles, wording, settings = ground.roles, ground.wording, ground.settings
    smalltalk = SmallTalk.load()
    manner = await asyncio.to_thread(Manner.load, wording, roles, questions)
    intents = Intents(smalltalk, wording, roles, manner)
    sections = Sections(ground.library, ground.embeddings.fingerprint)
    facets = await Facets.open(roles, ground.embeddings, wording, ground.library)
    learner = Learner(facets, memory.profiles)
    guided = Guided.load(memory.profiles)
    ask = Ask(chain, memory.gaps, memory.profiles)
    suggest = SuggestRoles(roles, learner, guided, intents, sections, ask)
    skills: dict[Intent, Skill] = {
        "smalltalk": smalltalk,
        "ask": ask,
        "sources": ShowSources(),
        "roles": suggest,
        "compare": CompareRoles(roles, learner, intents, sections, memory.gaps),
        "gap": SkillGap(roles, learner, sections),
        "map": MapSkills(roles, facets, intents, sections, ask),
        "profile": ShowProfile(memory.profiles, learner, intents, roles, sections, suggest),
        "privacy": Privacy(memory.people, settings.retention_days, settings.chat_model),
        "care": Care(),
    }
    understanding = Understanding(model, learner) if model else None
    return Coach(Hearing(wording), intents, skills, memory.conversations, learner, guided, understanding)


def _chat_model(settings: Settings, usage: Usage) -> ChatModel | None:
    """Open the chat model, if one is configured."""
    if not settings.chat_model:
        return None
    chat = open_chat(
        settings.chat_model,
        key=settings.chat_key.get_secret_value(),
        url=settings.chat_url,
        timeout=settings.chat_deadline,
    )
    budget = usage.budget(settings.chat_user_tokens, settings.chat_day_tokens)
    return ChatModel(chat, budget, settings.chat_deadline)


def _writer(model: ChatModel, embeddings: SentenceEmbeddings, reader: Reader) -> Writer:
    return Writer(model, Checker.load(Verifier(embeddings, reader), reader))
