"""The composition root: opens every part once, and closes it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
from bot.coach.skills.smalltalk import SmallTalk
from bot.coach.understanding import Understanding
from bot.config import Settings
from bot.evaluation.golden import golden_questions
from bot.fleet.background import background
from bot.fleet.fleet import Fleet
from bot.fleet.following import follow_live
from bot.memory.conversations import Conversations
from bot.memory.deliveries import Deliveries
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.memory.people import People
from bot.memory.profiles import Profiles
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
from retrieval.index import VectorIndex
from retrieval.judge import load_aspects, open_judge
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
    gaps: Gaps
    curator: Curator
    sources: Sources
    history: History
    effects: Effects
    wishes: Wishes
    deliveries: Deliveries
    feedback: Feedback
    profiles: Profiles
    people: People
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
        engine, library = await stack.enter_async_context(open_library(settings))
        # Neither needs the other, and each takes a second or two.
        embeddings, wording = await asyncio.gather(
            asyncio.to_thread(SentenceEmbeddings.load, settings.embedding_model, threads=settings.threads),
            asyncio.to_thread(Wording.load),
        )
        stack.callback(embeddings.close)
        fleet = Fleet.of(engine)
        people = People(engine, settings.data_dir)
        sandbox = await stack.enter_async_context(open_sandbox())
        await stack.enter_async_context(people.expiring(settings.retention_days, fleet.duties))
        app = await _assemble(
            settings, engine, library, client, embeddings, wording, sandbox, people, fleet, progress
        )
        async with background(follow_live(app.searcher)):
            yield app


async def _open_searcher(  # noqa: PLR0913, PLR0917 - it fills the library, too
    settings: Settings,
    library: Library,
    client: ClientAPI,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    sources: Sources,
    progress: Progress,
) -> tuple[Searcher, Refresh]:
    """Open the search; when the library has nothing for this model yet, fill it. Nobody else may write."""
    model = embeddings.fingerprint
    shared_by = await library.name() if settings.chroma_url else ""
    index = await asyncio.to_thread(VectorIndex, client, model, shared_by)
    searcher = Searcher(library, index, model, wording.learn)
    refresh = Refresh(library, embeddings, searcher)
    if not await searcher.open():
        live = await library.live()
        shipped = [guide for guide in read_guides(settings.guides_dir) if guide.id not in live.withdrawn]
        plan = await refresh.plan(shipped, kept_versions(await sources.all(), live))
        await refresh.apply(plan, actor="first use", note="the shipped guides", progress=progress)
    return searcher, refresh


async def _assemble(  # noqa: PLR0913, PLR0917 - the composition root is handed every part
    settings: Settings,
    engine: AsyncEngine,
    library: Library,
    client: ClientAPI,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    sandbox: Sandbox,
    people: People,
    fleet: Fleet,
    progress: Progress,
) -> App:
    sources = Sources(engine)
    async with fleet.curating():
        searcher, refresh = await _open_searcher(
            settings, library, client, embeddings, wording, sources, progress
        )
    aspects, roles = load_aspects(), load_roles()
    judge = await open_judge(aspects, library, embeddings, wording, searcher.field)
    manner = await asyncio.to_thread(Manner.load, wording, roles, judge.questions(searcher.field))
    rewriter = Rewriter(wording, roles)
    model = _chat_model(settings, Usage(engine))
    fetcher = Fetcher(allow_loopback=settings.fetch_loopback)

    def open_apart() -> tuple[Searcher, AnswerChain]:
        # What is only looked at is read by its own words, and teaches the live chain none.
        own = wording.apart()
        over = searcher.beside(own.learn)
        return over, AnswerChain(Rewriter(own, roles), roles, embeddings, over, judge.reading_by(own))

    chain = AnswerChain(
        rewriter,
        roles,
        embeddings,
        searcher,
        judge,
        _writer(model, embeddings, Reader(wording, roles)) if model else None,
        Restater(model) if model else None,
        [StepTimer()],
    )
    gaps = Gaps(engine)
    profiles = Profiles(engine)
    privacy = Privacy(people, settings.retention_days, settings.chat_model)
    coach = await _make_coach(
        library,
        embeddings,
        wording,
        roles,
        manner,
        chain,
        gaps,
        Conversations(engine),
        profiles,
        privacy,
        model,
    )
    curator = Curator(
        library,
        sources,
        refresh,
        Intake(fetcher, sandbox),
        Duplicates(library, searcher, embeddings),
        lambda: read_guides(settings.guides_dir),
        fleet.curating,
    )
    return App(
        settings,
        library,
        embeddings,
        wording,
        searcher,
        refresh,
        chain,
        coach,
        gaps,
        curator,
        sources,
        History(engine),
        Effects(
            chain,
            open_apart,
            fetcher,
            gaps,
            golden_questions(settings.golden_dir),
        ),
        Wishes(gaps, chain, embeddings),
        Deliveries(engine),
        Feedback(engine),
        profiles,
        people,
        fleet,
    )


async def _make_coach(  # noqa: PLR0913, PLR0917 - the composition root is handed every part
    library: Library,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    roles: Roles,
    manner: Manner,
    chain: AnswerChain,
    gaps: Gaps,
    conversations: Conversations,
    profiles: Profiles,
    privacy: Privacy,
    model: ChatModel | None,
) -> Coach:
    smalltalk = SmallTalk.load()
    intents = Intents(smalltalk, wording, roles, manner)
    sections = Sections(library, embeddings.fingerprint)
    learner = Learner(await Facets.open(roles, embeddings, wording), profiles)
    guided = Guided.load(profiles)
    ask = Ask(chain, gaps, profiles)
    suggest = SuggestRoles(roles, learner, guided, sections, ask)
    skills: dict[Intent, Skill] = {
        "smalltalk": smalltalk,
        "ask": ask,
        "roles": suggest,
        "compare": CompareRoles(roles, learner, intents, sections),
        "gap": SkillGap(roles, learner, sections),
        "profile": ShowProfile(profiles, learner, intents, roles, sections, suggest),
        "privacy": privacy,
        "care": Care(),
    }
    understanding = Understanding(model, learner) if model else None
    return Coach(Hearing(wording), intents, skills, conversations, learner, guided, understanding)


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
