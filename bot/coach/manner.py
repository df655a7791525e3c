"""Which intent a message is put like, by examples of how people write.

Chat leaves question marks out, a worry is a question without looking like one, and few who seek a role
say “role”; so no list of patterns will do. `prompts/examples` holds messages of each intent, and what
the guides are asked and leave open are questions. A message is taken for what it is put more like.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from knowledge.library import Library, Vectors
from knowledge.roles import Roles, load_comparable
from knowledge.yamls import read_yaml
from retrieval.asking import ASKING
from retrieval.embeddings import SentenceEmbeddings
from retrieval.field import Field
from retrieval.judge import load_aspects
from retrieval.kept import encode_once
from retrieval.kinds import Kinds, Texts
from retrieval.wording import Wording

_EXAMPLES = Path(__file__).parents[2] / "prompts" / "examples"

# Of thousands of questions so many are learnt from: more take longer and tell little more.
_COVERED, _UNCOVERED = 700, 500
_ROLE = "ROLE"

_OPENING = (
    r"(?:(?:and|or|but|so|ok|okay|also|then|hey|hi|hello|well|yeah|hm+|please|pls|now|lol|plus)\b[\s,]*)*"
)
# “What I want is” and “when I was young” tell, “what I should learn” asks; “what a day” does neither. And
# who leaves out the “I” begins with a verb, too: “did the course”, “was at a bank”, “would rather read”.
_TELLING = (
    r"(?:what|when|whenever|where) (?:i|i'm|we|something|someone|nobody|somebody)\b"
    r"(?! (?:can|could|have|must|need|shall|should))|what an? \w+(?: \w+)?[.!]*$|who cares\b"
    r"|(?:have|has|had) (?:been|read|done|built|had|seen|never|always|only|also|got|an?|no|\d+|two|\w+ed)\b"
    r"|did (?:an?|my|the|some|lots|it|all|well|\d+|two|three)\b|do (?:like|know|have|love|enjoy)\b"
    r"|(?:was|am|were) (?:an?|at|in|on|the|my|always|never|born|made|from|with|self|also|only|\w+ing)\b"
    r"|(?:can|could|would|will) (?:not |only |also |never )?(?:rather|love|like|prefer|read|write|code"
    r"|talk|think|spend|do|be|explain|draw|work|learn|happily)\b|is (?:all|fine|ok|enough)\b"
)
_ASKING = (
    rf"{_OPENING}(?!{_TELLING})"
    rf"(?:{ASKING}|if|suppose|(?:what|how|who|where)'?s|(?:is|are|does)n'?t"
    r"|(?:cannot|(?:do|did|ca|have|has|could|would|should|wo)n'?t)"
    r" (?:i|you|u|we|they|it|that|there|one|people)"
    r"|(?:tell|show|give|teach) (?:me|us)|explain)\b(?!')"
)
_ASKS = re.compile(_ASKING, re.IGNORECASE)
# “Does that help” asks wherever it stands, and so does “I wonder whether”.
_ASKS_INSIDE = re.compile(
    r"\b(?<!there )(?<!it )(?<!i )(?:do|does|is|are|am|can|could|should|would|will)"
    r" (?:i|it|that|this|there|one|they|you)\b"
    r"|\bwhether\b|\bwonder\w*|\b(?:want|like|love|need) to know\b|\b(?:obliged|grateful) if\b"
    # A worry asks for a word of help.
    r"|\b(?:worr(?:y|ied|ies)|anxious|overwhelm\w*|imposters?|impostors?|reject\w*|rusty)\b"
    r"|\bfeel(?:ing|s)? (?:like an?|not|so|too|dumb|stupid|behind|old|lost)\b"
    r"|\b(?:not|n't|never) \w+ enough\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(rf"(?<=[.!?;:])\s+|\n+|\s+[-–—]+>?\s+|,\s*(?={_ASKING})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Put:
    """How a message is put.

    `read` is the message with short forms written out and slips of the finger mended, `asks` whether a
    clause of it asks by its form, and `leans` how far it leans to each intent, from about -1 to 1.
    """

    read: str
    asks: bool
    leans: Mapping[str, float]


class Manner:
    """Tells by examples which intent a message is put like."""

    def __init__(
        self, wording: Wording, roles: Roles, embeddings: SentenceEmbeddings, field: Field, kinds: Kinds
    ) -> None:
        """Read messages by this wording, and compare them in this field with the examples of the kinds."""
        self._wording = wording
        self._roles = roles
        self._embeddings = embeddings
        self._field = field
        self._kinds = kinds

    @classmethod
    async def open(
        cls,
        wording: Wording,
        roles: Roles,
        embeddings: SentenceEmbeddings,
        library: Library,
        field: Field | None,
    ) -> Self:
        """Learn from the project's examples, which are encoded once, and from what a field is asked."""
        roles = load_comparable(roles, short=True)
        examples = [*load_examples(), *_uncovered()]
        texts = await asyncio.to_thread(wording.read_all, [text for _, text in examples])
        vectors = await encode_once(texts, library, embeddings)
        field = field or Field.of(vectors)
        covered = slice(None, None, _step(len(field.asks), _COVERED))

        def learn() -> Kinds:
            read = [*texts, *wording.read_all(field.asks[covered])]
            kinds = [intent for intent, _ in examples]
            kinds += ["ask"] * (len(read) - len(texts))
            distinct = np.concatenate([field.distinct(vectors), field.vectors[covered]])
            return Kinds(_compared(read, distinct, roles), kinds)

        return cls(wording, roles, embeddings, field, await asyncio.to_thread(learn))

    async def put(self, text: str) -> Put:
        """Say how a message is put."""
        read = await asyncio.to_thread(self._wording.read, text)
        vectors = await self._embeddings.aencode([read])
        return await asyncio.to_thread(self._weigh, read, vectors)

    def _weigh(self, read: str, vectors: Vectors) -> Put:
        compared = _compared([read], self._field.distinct(vectors), self._roles)
        return Put(read, bool(_asking(read)), self._kinds.leans(compared))


def load_examples(folder: Path = _EXAMPLES) -> list[tuple[str, str]]:
    """Read the examples of the project: the intent and the text of each."""
    files = sorted(folder.glob("*.yaml"))
    return [(path.stem, text) for path in files for text in read_yaml(path)]


def _uncovered() -> Iterator[tuple[str, str]]:
    """Take questions that no guide answers: they are questions all the same."""
    examples = [example for aspect in load_aspects() for example in aspect.examples]
    return (("ask", text) for text in examples[:: _step(len(examples), _UNCOVERED)])


def _step(there: int, wanted: int) -> int:
    return max(1, there // wanted)


def _compared(read: Sequence[str], vectors: Vectors, roles: Roles) -> Texts:
    """Prepare texts to be compared; which role one names does not matter."""
    words = [roles.replace_all(text, _ROLE) for text in read]
    return Texts(words, vectors, np.array([_form(text) for text in words], dtype=np.float32))


def _form(text: str) -> tuple[bool, ...]:
    """Say whether a text has a question mark, asks by its form, and asks about several roles."""
    asking = _asking(text)
    return "?" in text, bool(asking), (" ".join(asking) or text).count(_ROLE) > 1


def _asking(text: str) -> list[str]:
    return [
        clause
        for clause in _clauses(text)
        if clause.endswith("?") or _ASKS.match(clause) or _ASKS_INSIDE.search(clause)
    ]


def _clauses(text: str) -> list[str]:
    return [clause for each in _CLAUSE_END.split(text) if (clause := each.strip(" ,"))]
