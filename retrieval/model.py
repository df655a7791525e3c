"""The chat model: asked with patience up to a deadline, left alone when it fails, and counted.

Only what `COACH_CHAT_MODEL` names is imported, and nothing at all without it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from pydantic import BaseModel, ValidationError
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from knowledge.errors import CoachError

_ATTEMPTS = 4
_FIRST_WAIT = 0.5  # seconds, doubled at every attempt
_LONGEST_WAIT = 8.0
# An answer has some 230 words; whoever writes on and on is stopped at the wire and again here.
_MOST_TOKENS = 900
_MOST_CHARACTERS = 6_000
# So many faults in a row, and the model is left alone for so many seconds.
_FAULTS_TO_OPEN = 3
_REST_SECONDS = 60.0
_CHARACTERS_PER_TOKEN = 4

Form = TypeVar("Form", bound=BaseModel)


class ModelSettingError(CoachError):
    """The chat model cannot be opened; the text says which setting or package to look at."""


class ModelFaultError(Exception):
    """The model did not answer, or not to the end; the reason is for the log."""


class OverBudgetError(ModelFaultError):
    """The person, or everybody together, has used up the day's tokens."""


class Budget(Protocol):
    """Counts tokens and says when it is enough."""

    async def allows(self, user: str) -> bool:
        """Whether this person may use the model now."""
        ...

    async def spend(self, user: str, read: int, written: int) -> None:
        """Count the tokens that the model read and wrote for a person."""
        ...


@dataclass(slots=True)
class CircuitBreaker:
    """Lets nobody through for a while after too many faults in a row."""

    clock: Callable[[], float] = time.monotonic
    faults: int = 0
    opened_at: float = 0.0

    def lets_through(self) -> bool:
        """Whether the model may be asked; after the rest, one question may try it."""
        if self.faults < _FAULTS_TO_OPEN:
            return True
        if self.clock() - self.opened_at < _REST_SECONDS:
            return False
        self.opened_at = self.clock()
        return True

    def succeeded(self) -> None:
        """Note an answer."""
        self.faults = 0

    def failed(self) -> None:
        """Note a fault."""
        self.faults += 1
        self.opened_at = self.clock()


class ChatModel:
    """A LangChain chat model that is asked for text, a piece at a time."""

    def __init__(
        self, chat: BaseChatModel, budget: Budget, deadline: float, breaker: CircuitBreaker | None = None
    ) -> None:
        """Ask `chat`; it has `deadline` seconds for an answer, with every attempt."""
        self._chat = chat
        self._budget = budget
        self._deadline = deadline
        self._breaker = breaker or CircuitBreaker()

    async def stream(self, user: str, messages: Sequence[BaseMessage]) -> AsyncGenerator[str]:
        """Yield what the model writes for a person.

        Faults before the first piece are tried again. What has been yielded stands.

        Raises:
            OverBudgetError: there are no tokens left for this person today.
            ModelFaultError: the model failed, was too slow, or wrote nothing.

        """
        await self._make_sure(user)
        patience = _Patience(self._deadline)
        count = _Count(sum(len(message.text) for message in messages))
        try:
            async with aclosing(self._attempt(messages)) as chunks:
                while chunk := await patience.wait_for(anext(chunks, None)):
                    count.add(chunk)
                    if chunk.text:
                        yield chunk.text
                    if count.characters > _MOST_CHARACTERS:
                        break
        except GeneratorExit:  # whoever listened has heard enough
            self._breaker.succeeded()
            raise
        except Exception as error:
            self._breaker.failed()
            raise ModelFaultError(type(error).__name__) from error
        else:
            if not count.characters:
                self._breaker.failed()
                raise ModelFaultError("the model wrote nothing")
            self._breaker.succeeded()
        finally:
            await self._budget.spend(user, count.read, count.written)

    async def fill_in(self, user: str, messages: Sequence[BaseMessage], form: type[Form]) -> Form:
        """Have the model fill in a form, once: whoever asks can do without.

        Raises:
            OverBudgetError: there are no tokens left for this person today.
            ModelFaultError: the model failed, was too slow, or filled in something else.

        """
        await self._make_sure(user)
        count = _Count(sum(len(message.text) for message in messages))
        filling = self._chat.with_structured_output(form, method="function_calling", include_raw=True)
        try:
            async with asyncio.timeout(self._deadline):
                found = cast("dict[str, Any]", await filling.ainvoke(list(messages)))
            count.add(found["raw"])
            filled = form.model_validate(found["parsed"])
        except ValidationError as error:
            raise ModelFaultError("the form was not filled in") from error
        except Exception as error:
            self._breaker.failed()
            raise ModelFaultError(type(error).__name__) from error
        else:
            self._breaker.succeeded()
            return filled
        finally:
            await self._budget.spend(user, count.read, count.written)

    async def _make_sure(self, user: str) -> None:
        """Raise unless the model may be asked now."""
        if not await self._budget.allows(user):
            raise OverBudgetError("the day's tokens are used up")
        if not self._breaker.lets_through():
            raise ModelFaultError("left alone after faults in a row")

    async def _attempt(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[AIMessageChunk]:
        """Begin, again if need be, until a first chunk is there; then pass on the rest."""
        attempts = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT, jitter=_FIRST_WAIT),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                chunks = self._chat.astream(list(messages))
                first = await anext(chunks, None)
        if first is not None:
            yield first
            async for chunk in chunks:
                yield chunk


@dataclass(slots=True)
class _Patience:
    """The seconds left for waiting; what is done with a piece meanwhile does not count."""

    left: float

    async def wait_for(self, chunk: Awaitable[AIMessageChunk | None]) -> AIMessageChunk | None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.left):
                return await chunk
        finally:
            self.left -= time.monotonic() - began


@dataclass(slots=True)
class _Count:
    """Counts an answer's tokens: as the model says, or by characters when it says nothing."""

    asked_characters: int
    characters: int = 0
    _read: int = 0
    _written: int = 0

    def add(self, chunk: AIMessage) -> None:
        self.characters += len(chunk.text)
        if usage := chunk.usage_metadata:
            self._read += usage["input_tokens"]
            self._written += usage["output_tokens"]

    @property
    def read(self) -> int:
        return self._read or self.asked_characters // _CHARACTERS_PER_TOKEN

    @property
    def written(self) -> int:
        return self._written or self.characters // _CHARACTERS_PER_TOKEN


def _may_pass(error: BaseException) -> bool:
    """Whether a fault may be gone at the next attempt: not a bad key or a bad request."""
    if isinstance(error, TimeoutError | asyncio.CancelledError):
        return False
    status = getattr(error, "status_code", None)
    lasting = status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR
    return not lasting or status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


def open_chat(name: str, *, key: str = "", url: str = "", timeout: float) -> BaseChatModel:
    """Open the model that `init_chat_model` knows by this name, such as `openai:gpt-5`.

    Raises:
        ModelSettingError: there is no such model, or its package or key is missing.

    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise ModelSettingError(
            "COACH_CHAT_MODEL needs a package that is not installed. Install one of "
            "career-coach[openai], career-coach[anthropic] or career-coach[ollama]."
        ) from error
    options: dict[str, object]
    if name.startswith("ollama:"):  # which has names of its own for these, and no keys
        options = {"num_predict": _MOST_TOKENS, "client_kwargs": {"timeout": timeout}}
    else:
        # The client's own retries would not know of the deadline.
        options = {"max_tokens": _MOST_TOKENS, "timeout": timeout, "max_retries": 0}
        options |= {"api_key": key} if key else {}
    options |= {"base_url": url} if url else {}
    try:
        return init_chat_model(name, **options)  # type: ignore[no-any-return, call-overload]
    except ImportError as error:
        raise ModelSettingError(
            f"COACH_CHAT_MODEL is “{name}”, whose package is not installed. Install the extra of its "
            "provider, for example career-coach[openai]."
        ) from error
    except Exception as error:  # the providers' own, each with its own class
        raise ModelSettingError(
            f"COACH_CHAT_MODEL is “{name}”, which cannot be opened ({type(error).__name__}). "
            "Check its name, which begins with a provider such as openai:, and COACH_CHAT_KEY."
        ) from error
