"""What a sentence claims, read by plain rules: names, figures, what it denies, what comes first.

Sentences of a model and of a guide are read alike, so that the two can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from knowledge.roles import Role, Roles
from retrieval.opposites import Opposites
from retrieval.spelling import english_words
from retrieval.wording import Wording, content_words

Words = frozenset[str]

_KEPT_CLAIMS = 2000

_NUMBER_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20",
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "dozen": "dozen", "dozens": "dozen", "hundred": "hundred", "hundreds": "hundred",
    "thousand": "thousand", "thousands": "thousand", "million": "million", "millions": "million",
    "half": "half", "third": "third", "thirds": "third", "quarter": "quarter", "twice": "twice",
    "double": "twice", "doubled": "twice", "triple": "thrice", "tripled": "thrice",
}  # fmt: skip
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
# “two of the skills”: as many as the sentence goes on to name.
_OF_SEVERAL = re.compile(r"(?:two|three|four) of (?:the|these|those|its|their)\b", re.IGNORECASE)
_WORD = re.compile(r"(?:r/)?[^\W_]+(?:[-’'/.][^\W_]+)*[+#]*")
# "PyTorch", "AWS", "C++", "scikit-Learn": a capital where plain words have none.
_ODD_CAPITAL = re.compile(r"[^\W\d_]*[a-z0-9][A-Z]|[a-z]*[A-Z]{2}|[A-Z][0-9+#]")
_AT_BEGINNING = re.compile(r"(?:^|[.!?:;]\s+|[“\"(]\s*)$")
_LABEL = re.compile(r"^(.+?)(?:: | – )")

# What follows is denied, or liked less, until the clause ends.
_DENIES_NEXT = re.compile(
    r"\b(?:not(?! (?:only|just|merely))|no|nor|never|none|nobody|nothing|neither|cannot|without|hardly"
    r"|barely|rarely|seldom|unlike"
    r"|(?<!\ba )few|less|stop|lacks?|(?:neglect|overlook|ignor|skip)(?:e?s|p?ing|e)?|avoid|instead of"
    r"|rather than|than|(?:warn|advis|decid|argu)\w* [^,.;]*?\bagainst"
    r"|(?:keeps?|prevents?|stops?) [^,.;]*?\bfrom|(?:value|prefer|choose)s?\b[^,.;]*? over"
    r"|prefers? (?!to\b)[^,.;]*? to"
    r")\b|n[’']t\b|\b(?:leave|keep)s? (?=(?:\w+ ){1,4}(?:out|off)\b)",
    re.IGNORECASE,
)
# What stands before, in the clause, is denied.
_DENIES_LAST = re.compile(
    r"\b(?:unnecessary|optional|useless|pointless|needless|skipped|astray|pitfall|mistake|drawback"
    r"|disadvantage|weakness|waste|missing|absent|somebody else|(?<!\ba )(?<!\bby )little(?! by\b)"
    r"|untouched)\b"
    r"|\bwarns? (?:about|of)(?=[,;.]|$)",
    re.IGNORECASE,
)
# What is denied twice is not denied: "don't forget", "can't do without", "you are not alone".
_DENIED_TWICE = re.compile(
    r"(?:n[’']t|\bnot|\bnever|\bcannot) (?:\w+ ){0,2}?"
    r"(?:forget|skip|ignore|neglect|overlook|hesitate|underestimate|shy|alone|without)\b",
    re.IGNORECASE,
)
# Nor is what somebody lacks to whom a sentence speaks: "No job yet?", "if you have never…".
_LACKED = re.compile(
    r"^(?:without|no|not|haven[’']t|hasn[’']t)\b(?! only\b)[^,;.?]*[,?]"
    r"|\bwho (?:are|have|had) (?:not|never|no|little)\b[^,;.?]*"
    r"|\b(?:if|in case)\b[^,;.?]*?\b(?:never|none|no|little|not|\w+n[’']t)\b[^,;.?]*",
    re.IGNORECASE,
)
# "than" denies only after a word of preference: "rather code than lead".
_PREFERRING = re.compile(r"\b(?:rather|more|better|other|over|sooner)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[,;:.!?–]|\b(?:out|off|because|since|so|but|while|whereas|although|though|if|and)\b", re.IGNORECASE
)
_FIRST = re.compile(r"\b(?:first|to (?:begin|start) with)\b", re.IGNORECASE)
_FIRST_NEXT = re.compile(r"\b(?:(?<!to )(?:start|begin) with|after)\b", re.IGNORECASE)
_LATER = re.compile(r"\b(?:later|afterwards|for last|at the end)\b", re.IGNORECASE)
_LATER_NEXT = re.compile(
    r"\b(?:before|then|followed by|(?:move|go) (?:on|back) to|until|leave)\b", re.IGNORECASE
)
_PARTING = re.compile(
    r"[,;:.–]|\b(?:and|or|because|since|so|but|while|whereas|although|though|if|when|which|who|that)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"[;.–]|,? \b(?:while|whereas|but|because|since|so that|although|though)\b", re.IGNORECASE
)
# A thing in a list is short; of the first and the last, the rest of the sentence is not told apart.
_MOST_OF_A_THING = 4
_OF_A_THING = 2
_AND = re.compile(r",?\s+(?:and|or|as well as|plus)\s+", re.IGNORECASE)
_STOP = re.compile(r"[,;:.!?–]")
_COMPARING = re.compile(r"\b(?:while|whereas)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence, a list item or a table row says.

    `words` are its telling words, stemmed, and `surfaces` the same as written; `every` is
    every word and `stems` those stemmed. `names` are words written like names, `label` the
    words before an item's colon. `parts` are the telling words of each clause and thing named,
    `clauses` those of the larger clauses, `lists` those of the things in each list.
    `denied`, `early` and `late` are words that stand only there; `lacked` are those of what somebody
    lacks to whom the sentence speaks; `sides` are the two sides of a
    comparison (“… while …”). All but `text` are lower case.
    """

    text: str
    words: tuple[str, ...]
    surfaces: tuple[str, ...]
    every: Words
    stems: Words
    names: Words
    figures: Words
    roles: frozenset[Role]
    label: Words
    denied: Words
    lacked: Words
    early: Words
    late: Words
    sides: tuple[Words, Words] | None
    parts: tuple[tuple[str, ...], ...]
    clauses: tuple[tuple[str, ...], ...]
    lists: tuple[tuple[tuple[str, ...], ...], ...]


class Reader:
    """Reads claims."""

    def __init__(self, wording: Wording, roles: Roles) -> None:
        """Write out short forms by the wording's glossary; know the roles and `opposites`."""
        self._wording = wording
        self._roles = roles
        self._stemmer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self.opposites = Opposites.load(self.stem)
        # Each sentence of an answer is held against the same few passages.
        self._remembered = lru_cache(_KEPT_CLAIMS)(self._read)

    def read(self, text: str, *, labelled: bool = False) -> Claim:
        """Read a sentence; in a `labelled` one, what stands before a colon names the rest."""
        return self._remembered(text, labelled)

    def _read(self, text: str, labelled: bool) -> Claim:  # noqa: FBT001 - lru_cache counts keywords apart
        full = self._wording.expand(text)
        surfaces = tuple(word for word in content_words(full) if not _NUMBER.fullmatch(word))
        label = _LABEL.match(full) if labelled else None
        every = frozenset(_WORD.findall(full.casefold()))
        plain = _DENIED_TWICE.sub("", full)
        lacked = self._stems(" ".join(found[0] for found in _LACKED.finditer(plain)))
        return Claim(
            text=full,
            words=tuple(map(self.stem, surfaces)),
            surfaces=surfaces,
            every=every,
            stems=frozenset(map(self.stem, every)),
            names=frozenset(_names(full)),
            figures=frozenset(_figures(full)),
            roles=frozenset(self._roles.named(text)),
            label=self._stems(label[1]) if label else frozenset(),
            denied=self._only_in(plain, _denials(plain)) - lacked,
            lacked=lacked,
            early=self._only_in(full, _spans(full, _FIRST, _FIRST_NEXT)),
            late=self._only_in(full, _spans(full, _LATER, _LATER_NEXT)),
            sides=self._sides(full),
            parts=self._cut(full, _PARTING),
            clauses=self._cut(full, _CLAUSES),
            lists=tuple(self._lists(full)),
        )

    def stem(self, word: str) -> str:
        """Return a word without its ending."""
        return self._stemmer.analyze(word)[0]

    def _stems(self, text: str) -> Words:
        return frozenset(self._telling(text))

    def _telling(self, text: str) -> tuple[str, ...]:
        return tuple(map(self.stem, content_words(text)))

    def _cut(self, text: str, at: re.Pattern[str]) -> tuple[tuple[str, ...], ...]:
        """Cut a text, and return the telling words of each piece that has any."""
        return tuple(words for piece in at.split(text) if (words := self._telling(piece)))

    def _lists(self, text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
        """Yield the things in each “one, two and three”, each by the words that are its own for sure."""
        for word in _AND.finditer(text):
            *before, first = reversed(_things_before(text[: word.start()]))
            last = _STOP.split(text[word.end() :], maxsplit=1)[0]
            things = (
                self._telling(first)[-_OF_A_THING:],
                *map(self._telling, reversed(before)),
                self._telling(last)[:_OF_A_THING],
            )
            if all(things):
                yield things

    def _only_in(self, text: str, spans: Iterable[str]) -> Words:
        """Stem the words of spans of a text that do not occur in the rest of it."""
        inside = list(spans)
        rest = text
        for span in inside:
            rest = rest.replace(span, " ", 1)
        return self._stems(" ".join(inside)) - self._stems(rest)

    def _sides(self, text: str) -> tuple[Words, Words] | None:
        parts = _COMPARING.split(text, maxsplit=1)
        if len(parts) == 1:
            return None
        left, right = map(self._stems, parts)
        return left - right, right - left


def _things_before(text: str) -> list[str]:
    """Cut what stands before an “and” at its commas, back to where the list must have begun."""
    things = re.split(r",\s*", text)
    begin = len(things) - 1
    while begin and len(things[begin].split()) <= _MOST_OF_A_THING:
        begin -= 1
    return [re.split(r"[;:.–]", things[begin])[-1], *things[begin + 1 :]]


def _figures(text: str) -> Iterable[str]:
    for found in _NUMBER.finditer(text):
        in_name = text[found.start() - 1 : found.start()].isalnum()  # the 1 of "F1"
        if not in_name and not _OF_SEVERAL.match(text, found.start()):
            yield _NUMBER_WORDS.get(found[0].casefold(), found[0].replace(",", ""))


def _names(text: str) -> Iterable[str]:
    for found in _WORD.finditer(text):
        word = found[0]
        inside = word[0].isupper() and len(word) > 1 and not _AT_BEGINNING.search(text[: found.start()])
        foreign = word[0].isupper() and re.split(r"[-’'/]", word.casefold())[0] not in english_words()
        if inside or foreign or _ODD_CAPITAL.match(word) or word.startswith("r/"):
            yield re.sub(r"[’']s$", "", word.casefold())


def _denials(text: str) -> Iterable[str]:
    for cue in _DENIES_NEXT.finditer(text):
        if cue[0].casefold() != "than" or _PREFERRING.search(text[: cue.start()]):
            yield _until_clause_end(text, cue.end())
    for cue in _DENIES_LAST.finditer(text):
        yield _from_clause_start(text, cue.start())


def _spans(text: str, behind: re.Pattern[str], ahead: re.Pattern[str]) -> Iterable[str]:
    for cue in behind.finditer(text):
        yield _from_clause_start(text, cue.start())
    for cue in ahead.finditer(text):
        yield _until_clause_end(text, cue.end())


def _until_clause_end(text: str, start: int) -> str:
    end = _CLAUSE_END.search(text, start)
    return text[start : end.start() if end else None]


def _from_clause_start(text: str, end: int) -> str:
    start = max((found.end() for found in _CLAUSE_END.finditer(text, 0, end)), default=0)
    return text[start:end]


def denial(claim: Claim, units: Sequence[Claim]) -> float:
    """How much of what a claim denies no unit does, or the other way round, from 0 to 1.

    What one unit denies, the claim may deny, even if another unit speaks of it otherwise.
    """
    denied = frozenset[str]().union(*(unit.denied for unit in units))
    return max(_denial(claim, unit, denied) for unit in units)


def _denial(one: Claim, other: Claim, denied: Words) -> float:
    clash = (one.denied & set(other.words) - denied) | (other.denied & set(one.words) - one.denied)
    return len(clash - one.lacked - other.lacked) / max(1, len(one.denied | other.denied))


def disorder(one: Claim, other: Claim) -> float:
    """How much of what comes first in one claim comes last in the other, from 0 to 1."""
    clash = (one.early & other.late) | (one.late & other.early)
    return len(clash) / max(1, len(one.early | one.late))


def mixture(one: Claim, other: Claim) -> float:
    """How much a side of one comparison mixes both sides of the other, from 0 to 1."""
    if not (one.sides and other.sides):
        return 0.0
    left, right = other.sides
    return max(min(_overlap(side, left), _overlap(side, right)) for side in one.sides)


def _overlap(one: Words, other: Words) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
