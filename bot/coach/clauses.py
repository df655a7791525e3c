# ruff: noqa: E501 - a pattern is read best with its words together
"""What a person writes of themselves → clauses: what each is about, and how they stand to it.

Pure text work, by rules that hold for English in general; what a clause means for a role is
decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sentencex

Polarity = Literal["likes", "dislikes", "has", "lacks"]

# Where a sentence breaks into pieces of one claim each. The first group of each alternative
# tells how the next piece stands to the one before.
_BREAK = re.compile(
    r"\s*(?:"
    r"(?P<against>,?\s+(?:rather than|instead of|as opposed to|and not|but not|(?:and )?less (?:for|of|about))\s"
    r"|,\s+not\s(?!only|just|least|to mention)"
    r"|,?\s+(?:more|better) than\s(?!\d|anything|ever|once|just|one|two|ten|a few)"
    r"|\s+than\s(?!\d|i\b|me\b|anything|ever|once|just|one|two|ten))"
    r"|(?P<turn>[,.]?\s*\b(?:but|however|though|although|whereas|yet|except(?: that)?|still|so much as)\b,?\s)"
    r"|(?P<new>(?:,?\s+(?:(?:and|or|so|because|since|while|then|plus)\s+)+(?:that\s)?|,\s+)"
    r"(?=(?:i|i'm|i've|i'd|i'll|im|ive|my|he|she|they|we|we're|our)\b)"
    r"|(?<=me|ne|dy|on|le|uy|ev)\s(?=who\b))"
    r"|(?P<bare>\s(?=(?:i|i'm|i've|i'd|i'll|im|ive)\s))"
    r"|(?P<more>[;:]\s|\s[-–—]+>?\s|—|,\s*(?:and|or|nor|plus)?\s+|,(?=[^\W\d])|\s+(?:and|or|nor|plus|as well as|&)\s)"
    r")",
    re.IGNORECASE,
)
_SPLIT_HARD = re.compile(r"\n+|(?:(?<=[^\W\d][^\W\d])|(?<=[+#)]))[.!?;]+\s+")

_OTHERS = (
    r"wife|husband|partner|spouse|girlfriend|boyfriend|brother|sister|mother|mum|mom|father|dad|parents|son"
    r"|daughter|kids?|children|uncle|aunt|cousin|friends?|mates?|buddy|colleagues?|coworkers?|co-workers?|boss"
    r"|manager|lead|ceo|cto|employer|company|firm|team|teams|teammates?|engineers|department|teacher|professor"
    r"|assistants|neighbou?rs?|flatmates?|roommates?|cat|dog"
)
_OTHER_SUBJECT = re.compile(
    rf"^(?:(?:my|our|the|a|teaching)\s+(?:\w+\s+)?(?:{_OTHERS})\b(?!\s+and i\b)"
    r"|he\b|she\b|they\b|everyone\b|everybody\b|someone\b|somebody\b|others\b|people\b(?!.*\bme\b))",
    re.IGNORECASE,
)
_OWN_SUBJECT = re.compile(r"^(?:i|i'm|i've|i'd|i'll|im|ive|me|my|we|we're|we've|who)\b", re.IGNORECASE)

_NOT = r"(?:not|n't|never|no|nor|without|hardly|barely|dont|doesnt|didnt|isnt|wasnt|cant|wont|havent)"
_LIKING = (
    r"(?:lov(?:e|es|ed|ing)|lik(?:e|es|ed|ing)|enjoy\w*|ador\w+|prefer\w*|want\w*|wish\w*|dream\w*|hop(?:e|es|ing)"
    r"|interest\w*|keen|fond|fan|fascinat\w*|excit\w*|thrill\w*|passion\w*|happy|happier|happiest|fun|favou?rite"
    r"|best part|hooked|curious|curiosity|crazy about|miss|thrive\w*|obsess\w*|care|rather|look(?:ing)? forward"
    r"|look(?:ing)? for|drawn|draws|appeal\w*|my thing|for me|into|goal|satisfying|reward\w*|like to|give me"
    r"|more of this|intrigu\w*|desire|eager|motivat\w*|attract\w*)"
)
_DISLIKE = re.compile(
    r"\b(?:hat(?:e|es|ed|ing)|dislik\w+|loath\w+|detest\w*|despis\w+|dread\w*|avoid\w*|bor(?:e|es|ed|ing)|dull|tedious"
    r"|sick of|tired of|fed up|had enough|can(?:'t|not|t) (?:stand|bear|be bothered)|allergic|annoy\w*|drains?|draining"
    r"|(?:drives?|driving) me (?:mad|crazy|nuts|insane|up the wall)|leaves? me cold|puts? me to sleep|no longer|nightmare"
    r"|stress(?:es|ed)? me|scar(?:es?|ed|y)|afraid|kills? me|rather not|burn(?:ed|t) out (?:on|by|from)|least favou?rite|worst part|done with|meh)\b",
    re.IGNORECASE,
)
_NOT_DISLIKE = re.compile(
    r"\b(?:(?:don't|do not|dont|doesn't|wouldn't|didn't|never) (?:even )?(?:mind|hate|dislike|avoid|get (?:tired|bored|sick)|bored?)"
    r"|(?:can't|cannot|cant|never) (?:get|have) enough|can't wait|can't live without|not (?:bad|boring|only|just|tired)"
    r"|no (?:problem|trouble|fear|stranger|wonder|doubt))\b",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"\b(?:lack\w*|bad at|terrible at|awful at|weak|hopeless|struggl\w+|rusty|zero|clueless|no idea|beginner"
    r"|(?:poor|useless) at|new to|little experience|forgotten|forgot)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(rf"(?:\b|(?<=\w)){_NOT}\b", re.IGNORECASE)
_LIKES = re.compile(rf"\b{_LIKING}\b", re.IGNORECASE)
# "Interested" of somebody who is not, against what one has not learnt.
_HAVING = re.compile(
    r"\b(?:know\w*|have|has|had|'ve|used?|using|done|did|trained?|worked?|touched?|tried|experience\w*|learn\w*"
    r"|degree|skills?|good|great|strong|expert|understand\w*|background|can|able|seen|studied|finished)\b|n't$|not$",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|that|this|them|those|these|one)\b(?!\s+(?:when|if|that|to\b|is|was))", re.IGNORECASE
)
_CUES = re.compile(
    rf"\b(?:{_LIKING}|{_NOT}|really|very|always|also|ever|never|lot|much|bit|quite|too|honestly|minute|every|all|at all"
    r"|any|more|most|completely|totally|absolutely|simply|just|actually|found|find|think|feel|get|gets|got|makes?|time"
    r"|done|did|do|does|don|doesn|didn|isn|wasn|aren|ve|re|ll|well|good|great|best|strong|years?|yrs?|months?"
    r"|i|i'm|i've|i'd|im|ive|am|me|my|mine|myself|we|our|it|that|this|them|those|one|who|part|thing|things|is|was|are|be"
    r"|been|being|have|has|had|having|a|an|the|of|to|in|on|at|with|for|by|as|so|and|or|but|nor|than|please|day|days"
    r"|what|would|could|should|will|can|d|m|s|t)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:so |and |but |ok |hi |hey )*(?:what|which|where|who|whom|how|why|when|is there|are there|is|are|am i|do i|does"
    r"|do you|can you|could you|would you|should i|can i|could i|would i|will i|any|recommend|suggest|tell me|match me"
    r"|find me|help me|rank|please)\b(?! (?:i|i'm|i'd) (?:want|like|love|enjoy|hate|do|care|miss|am|look)\b)",
    re.IGNORECASE,
)
_ASKS_INSIDE = re.compile(
    r".*\b(?:if you (?:could|can|would|had)|obliged|grateful)\b"
    r"|^(?:so |and |or )*(?:(?:what|which|where|who|how|is there|can you|could you|should|tell me|recommend|suggest)\b.*"
    r"\b(?:roles?|jobs?|careers?|positions?|fits?|suits?|should i|could i|for me|learn|start|become|pick|choose|go for|belong|do you)\b"
    r"|help me\b|match me\b)",
    re.IGNORECASE,
)
_WH = re.compile(
    r"^(?:so |and |but |ok |hi |hey |also )*(?:what|whats|what's|wat|which|where|how|why|who|whom|whose|when is|when do"
    r"|suppose|imagine|say|if you (?:could|can|would|had)|translate|write (?:me|an?)|make me|draw|tell|show|explain|list"
    r"|calculate|solve)\b(?! \w+ me\b)(?! (?:i|i'm|i'd|we) (?:want|like|love|enjoy|hate|do|care|miss|am|look|mean)\b)",
    re.IGNORECASE,
)
# Whoever says nothing of the kind speaks of the world and not of themselves.
_OF_ONESELF = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|im|ive|my|mine|we)\b"
    r"|\b(?:\w+[st]|like|for|to) me\b"
    r"|\b(?:years?|yrs?) (?:of|in|as|with|at)\b|\b(?:hours?|hrs?|h) (?:a|per|each|every|/) ?week\b"
    r"|\b(?:background|here)\b|^(?:(?:ex|former|retired|senior|junior|ex-)\W)?[a-z-]+(?:er|or|ist|ian|ect|dev|admin|guy)[.,:]\s|^(?:not|no|never|been|used to|love|hate|enjoy|like|prefer|good at|bad at|worked|fan of)\b",
    re.IGNORECASE,
)
# Time to study is had, however the piece before it stands to something.
_TIME = re.compile(r"^(?:(?:have|got|with|about|around|maybe|roughly) )*\d+\+? ?(?:hours?|hrs?|h)\b", re.IGNORECASE)
# So many words without a question are somebody's story, even if no “I” is in them.
_STORY_WORDS = 12
_BARE = re.compile(r"[^\W_]{2,}|\br\b|c\+\+|c#", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """One claim a person makes about themselves.

    `words` stand verbatim in their message; `topic` is the piece of them that says what the
    claim is about.
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


def clauses(message: str) -> tuple[Clause, ...]:
    """Cut out of a message what its writer claims about themselves, in order.

    Questions are left out, and so is what is said of other people.
    """
    told = len(message.split()) >= _STORY_WORDS and "?" not in message
    if not told and not _OF_ONESELF.search(message.replace("’", "'")):
        return ()
    found: list[Clause] = []
    for sentence in _sentences(message):
        found += _read(sentence)
    return tuple(clause for clause in found if _BARE.search(about(clause.topic)))


def about(text: str) -> str:
    """What a text is about: what is left without the words that only say how somebody stands to it."""
    return _CUES.sub(" ", _DISLIKE.sub(" ", _NOT_DISLIKE.sub(" ", text.replace("’", "'"))))


def _sentences(message: str) -> Iterator[str]:
    for block in sentencex.segment("en", message):
        start = 0
        for gap in _SPLIT_HARD.finditer(block):
            yield block[start : gap.end()].strip()
            start = gap.end()
        yield block[start:].strip()


def _pieces(sentence: str) -> Iterator[_Piece]:
    """Cut a sentence at its breaks; apostrophes are straight for the patterns alone."""
    plain = sentence.replace("’", "'").rstrip(" .!?;,")
    start, link = 0, "new"
    for gap in _BREAK.finditer(plain):
        if gap.start() > start:
            yield _Piece(start, gap.start(), link, plain[start : gap.start()], plain[start:])
        start, link = gap.end(), gap.lastgroup or "more"
    if start < len(plain):
        yield _Piece(start, len(plain), link, plain[start:], plain[start:])


def _read(sentence: str) -> list[Clause]:
    """Read a sentence piece by piece: a piece that has no stance of its own goes on with the last."""
    read: list[Clause] = []
    own, asking, head = True, False, 0
    polarity: Polarity = "has"
    asked = sentence.rstrip().endswith("?")
    for piece in _pieces(sentence):
        text = piece.text.strip()
        if piece.link == "bare" and asking:  # the “I” of “what can I do”
            continue
        asks = _ASKS.match(piece.rest) if asked else _ASKS_INSIDE.match(piece.rest)
        if asks or (piece.start == 0 and _WH.match(piece.rest)) or _OTHER_SUBJECT.match(text):
            own, asking = False, not _OTHER_SUBJECT.match(text)
            continue
        if _OWN_SUBJECT.match(text) or piece.link == "turn":
            own, asking = True, False
        if not own:
            continue
        stance = _stance(text)
        if piece.link == "against":
            stance = "likes" if polarity in {"dislikes", "lacks"} else "dislikes"
        elif piece.link in {"new", "bare", "turn"}:
            stance = stance or "has"
        if stance is not None:
            polarity, head = stance, piece.start
        if read and stance and stance != "has" and _only_points_back(text):
            # “… and hated every minute of it”: the stance is to what was said before.
            start = sentence.rindex(read[-1].words)
            read[-1] = Clause(sentence[start : piece.end], read[-1].topic, stance)
            continue
        read.append(
            Clause(sentence[head : piece.end].strip(), sentence[piece.start : piece.end].strip(), polarity)
        )
    return read


def _stance(text: str) -> Polarity | None:
    """How a piece stands to what it names, or None if it does not say."""
    if _NOT_DISLIKE.search(text):
        return "likes"
    negated = _NEGATED.search(text)
    if _DISLIKE.search(text):
        # “It never bored me.”
        return "likes" if _NEGATED.search(_DISLIKE.sub(" ", text)) else "dislikes"
    if _LACKS.search(text):
        return "has" if negated else "lacks"
    if negated:
        return "dislikes" if _LIKES.search(text) or not _HAVING.search(text) else "lacks"
    if _LIKES.search(text):
        return "likes"
    return "has" if _OWN_SUBJECT.match(text) or _TIME.match(text) else None


def _only_points_back(text: str) -> bool:
    return bool(_POINTS_BACK.search(text)) and not _BARE.search(about(text))
