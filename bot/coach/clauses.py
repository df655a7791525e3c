"""What a person writes of themselves → clauses: what each is about, and how they stand to it.

Pure text work, by rules that hold for English in general and stand in `prompts/clauses.yaml`; what
a clause means for a role is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import sentencex

from bot.coach.patterns import load_patterns

Polarity = Literal["likes", "dislikes", "has", "lacks"]

_IS, _BREAK = load_patterns()
_SPLIT_HARD = re.compile(r"\n+|(?:(?<=[^\W\d][^\W\d])|(?<=[+#)]))[.!?;]+\s+")
_FELT = frozenset({"likes", "dislikes"})
# What is no dislike or no liking though it has words of one; looked for before those.
_FIRST: tuple[tuple[str, Polarity], ...] = (
    ("not_disliked", "likes"),
    ("prevented", "likes"),
    ("lukewarm", "has"),
)
# So many words outside of questions are somebody's story, even if no “I” is in them.
_STORY_WORDS = 12
# “Publishing?” and no more is what comes next is about.
_PICKED_UP_WORDS = 3
# “I loved it when …, and I …” goes on elsewhere.
_NEW_SCENE = re.compile(r",\s+(?:\w+\s+)?$")
_BARE = re.compile(r"[^\W_]{2,}|\br\b|c\+\+|c#", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """One claim a person makes about themselves.

    `words` stand verbatim in their message; `topic` is the piece of them that says what the
    claim is about. The words of two claims of a message do not overlap.
    """

    words: str
    topic: str
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a sentence: what it says, how it is linked to the one before, and all from it on."""

    start: int
    end: int
    link: str
    text: str
    rest: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """A clause as it stands in its message: from where to where, and which part is its topic."""

    start: int
    end: int
    topic: str
    polarity: Polarity


def clauses(message: str) -> tuple[Clause, ...]:
    """Cut out of a message what its writer claims about themselves, in order.

    Questions are left out, and so is what is said of other people and of the talk itself.
    """
    if right := _IS["corrects"].search(_plain(message)):
        read = _Reading(message[right.start("right") : right.end("right")], right.start("right")).claims
        return (*clauses(message[: right.start()]), *(_clause(message, claim) for claim in read))
    told = sum(len(each.split()) for _, each in _sentences(message) if not each.endswith("?"))
    if told < _STORY_WORDS and not _IS["of_oneself"].search(_plain(message)):
        return ()
    found: list[_Claim] = []
    last: list[_Claim] = []
    for start, sentence in _sentences(message):
        if _IS["dropped"].match(_plain(sentence)):
            found = [claim for claim in found if claim not in last]
        read = _Reading(sentence, start).claims
        if stance := _stance_to_the_last(sentence, last):
            # “… all day. I hate that.”
            found = found[: -len(last)] + [replace(claim, polarity=stance) for claim in last]
            found[-1] = replace(found[-1], end=start + len(sentence.rstrip(" .!?;,")))
            read = []
        found += read
        last = read
    kept = (claim for claim in found if _BARE.search(about(claim.topic)))
    return tuple(_clause(message, claim) for claim in kept)


def correction(message: str) -> tuple[str, str] | None:
    """Return what a message puts right, and the wrong words that it replaces."""
    found = _IS["corrects"].search(_plain(message))
    return (found["right"], found["wrong"]) if found else None


def about(text: str) -> str:
    """What a text is about: what is left without the words that only say how somebody stands to it."""
    rest = _plain(text)
    for name in ("not_disliked", "dislikes", "lacks", "cues"):
        rest = _IS[name].sub(" ", rest)
    return rest


def timeless(text: str) -> str:
    """A text without what it says of how long and how often."""
    return _IS["time"].sub(" ", _plain(text))


def tells_time(text: str) -> bool:
    """Whether a text says how long or how often."""
    return bool(_IS["time"].search(_plain(text)))


def _clause(message: str, claim: _Claim) -> Clause:
    return Clause(message[claim.start : claim.end], claim.topic, claim.polarity)


def _plain(text: str) -> str:
    """Straighten apostrophes; every character keeps its place."""
    return text.replace("’", "'")


def _sentences(message: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a message, and where each begins; “Java? Not again” is one."""
    begun: int | None = None
    for start, sentence in _cut(message):
        whole = start if begun is None else begun
        end = start + len(sentence)
        begun = whole if _is_picked_up(message[whole:end]) and message[end:].strip() else None
        if begun is None:
            yield whole, message[whole:end]


def _is_picked_up(sentence: str) -> bool:
    """Whether it only names what its writer is about to speak of, as if asked."""
    asked = (_IS[name].match(_plain(sentence)) for name in ("asks", "asks_first", "asked_bare", "talk"))
    return sentence.endswith("?") and len(sentence.split()) <= _PICKED_UP_WORDS and not any(asked)


def _cut(message: str) -> Iterator[tuple[int, str]]:
    """Yield a message from full stop to full stop, and where each piece begins."""
    place = 0
    for block in sentencex.segment("en", message):
        ends = [gap.end() for gap in _SPLIT_HARD.finditer(block)]
        for start, end in zip([0, *ends], [*ends, len(block)], strict=True):
            if sentence := block[start:end].strip():
                place = message.index(sentence, place)
                yield place, sentence
                place += len(sentence)


def _pieces(sentence: str) -> Iterator[_Piece]:
    """Cut a sentence at its breaks."""
    plain = _plain(sentence).rstrip(" .!?;,")
    start, link = 0, "new"
    for gap in _BREAK.finditer(plain):
        if gap.start() > start:
            yield _Piece(start, gap.start(), link, plain[start : gap.start()], plain[start:])
        start, link = gap.end(), gap.lastgroup or "more"
    if start < len(plain):
        yield _Piece(start, len(plain), link, plain[start:], plain[start:])


class _Reading:
    """A sentence read piece by piece: a piece that has no stance of its own goes on with the last."""

    def __init__(self, sentence: str, offset: int) -> None:
        """Read the sentence that begins at this place of the message."""
        self.claims: list[_Claim] = []
        self._sentence, self._offset = sentence, offset
        # How many of the last claims have no stance of their own.
        self._loose = 0
        self._polarity: Polarity = "has"
        # How the writer stands to all of a scene: “I loved it when …”.
        self._scene: Polarity | None = None
        own, asking, before = True, False, ""
        asked = sentence.rstrip().endswith("?") or bool(_IS["asked_bare"].match(_plain(sentence)))
        for piece in _pieces(sentence):
            text = piece.text.strip()
            if piece.link == "bare" and asking:  # the “I” of “what can I do”
                continue
            others = piece.link != "answer" and _IS["other_subject"].match(text)
            asks = (_IS["asks"] if asked else _IS["asks_inside"]).match(piece.rest) or (
                piece.start == 0 and _IS["asks_first"].match(piece.rest)
            )
            if asks or others or _IS["talk"].match(text):
                own, asking = False, not others
                continue
            if _IS["own_subject"].match(text) or piece.link == "turn":
                own, asking = True, False
            outdated = _IS["outdated"].search(text) and not _IS["no_more"].search(piece.rest)
            if not own or outdated or (piece.start == 0 and _IS["dropped"].match(text)):
                continue
            self._take(piece, text, before)
            before = text

    def _take(self, piece: _Piece, text: str, before: str) -> None:
        """Read a piece: as a claim, or as the stance to the claims before it."""
        said = self._said(piece, text)
        if piece.link == "against" and said is None:  # “better than the old ones” says nothing of these
            return
        self._polarity = said or self._polarity
        if pointed := self._pointed_at(piece, text, before, said):
            for n in range(len(self.claims) - pointed, len(self.claims)):
                self.claims[n] = replace(self.claims[n], polarity=self._polarity)
            self.claims[-1] = replace(self.claims[-1], end=self._offset + piece.end)
            return
        lead = _IS["lead"].match(piece.text)
        start = piece.start + (lead.end() if lead and self._polarity == "has" else 0)
        topic = self._sentence[start : piece.end].strip()
        begins = self._offset + (self._sentence.index(topic, start) if topic else start)
        self.claims.append(_Claim(begins, begins + len(topic), topic, self._polarity))
        self._loose = 0 if _stance(text) else self._loose + 1

    def _said(self, piece: _Piece, text: str) -> Polarity | None:
        """How a piece stands to what it names, by itself and by how it is linked to the one before."""
        stance = _stance(text)
        if piece.link == "turn" or (piece.link == "new" and _NEW_SCENE.search(self._sentence[: piece.start])):
            self._scene = None
        if (scene := _IS["scene"].search(text)) and (felt := _stance(text[: scene.end()])) in _FELT:
            self._scene = felt
        if self._scene:
            return "dislikes" if _IS["dislikes"].search(text) else self._scene
        against = self._polarity in {"dislikes", "lacks"}
        # “I got tired of it, built my own”: what was done about a thing is no part of it.
        begins = piece.link == "deed" and self._polarity == "dislikes"
        match "new" if begins else piece.link:
            case "against":
                return "likes" if against else None if self._polarity == "has" else "dislikes"
            case "purpose":
                return stance if stance in _FELT else "likes"
            case "more" | "turn" if against and stance not in _FELT and _IS["instead"].search(text):
                return "likes" if self._polarity == "dislikes" else "has"
            case "new" | "bare" | "turn":
                return stance or "has"
        return stance

    def _pointed_at(self, piece: _Piece, text: str, before: str, stance: Polarity | None) -> int:
        """Of how many of the last claims a piece only says how its writer stands to them."""
        if not self.claims or stance in {None, "has"} or piece.link == "against" or _BARE.search(about(text)):
            return 0
        every = min(self._loose + 1, len(self.claims))
        if piece.link == "bare" and _IS["awaiting_all"].search(before):
            return max(self._loose, 1)
        if _IS["points_back_to_all"].search(text):  # “Java, PHP and Perl, and I'm sick of them”
            return every
        one = piece.link == "answer" or (piece.link == "more" and stance in {"dislikes", "lacks"})
        one = one or (piece.link == "bare" and bool(_IS["awaiting"].search(before)))
        return 1 if one or _IS["points_back"].search(text) else 0


def _stance(text: str) -> Polarity | None:
    """How a piece stands to what it names, or None if it does not say."""
    for name, stance in _FIRST:
        if _IS[name].search(text):
            return stance
    negated = _IS["negated"].search(text)
    if _IS["dislikes"].search(text):
        # “It never bored me.”
        return "likes" if _IS["negated"].search(_IS["dislikes"].sub(" ", text)) else "dislikes"
    if _IS["lacks"].search(text):
        return "has" if negated else "lacks"
    if negated:
        return "dislikes" if _IS["likes"].search(text) or not _IS["having"].search(text) else "lacks"
    if _IS["likes"].search(text):
        return "likes"
    return "has" if _IS["own_subject"].match(text) or _IS["hours"].match(text) else None


def _stance_to_the_last(sentence: str, last: list[_Claim]) -> Polarity | None:
    """The stance of a sentence to the one before, if it says no more than that."""
    stance = _stance(_plain(sentence))
    return stance if last and stance != "has" and _only_points_back(_plain(sentence)) else None


def _only_points_back(text: str) -> bool:
    return bool(_IS["points_back"].search(text)) and not _BARE.search(about(text))
