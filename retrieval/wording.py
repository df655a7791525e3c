"""How people type → how guides are written: shortened names and slips of the finger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Self

from knowledge.yamls import read_yaml
from retrieval.spelling import Spelling, english_words

_KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
_GLOSSARY = _KNOWLEDGE / "glossary.yaml"
_NAMES = _KNOWLEDGE / "names.yaml"
_WORD = re.compile(r"[^\W_]+(?:[’'/][^\W_]+)*[+#]*")
# Shorter words have too many neighbours to guess which one was meant.
_MIN_LENGTH_TO_MEND = 5
# Two slips are mended in a word of so many letters; of a shorter one they make any other word.
_MIN_LENGTH_FOR_TWO = 8
_MAX_SLIPS = 2
# A library's own word is meant rather than a stranger at the same distance: it counts
# as often as the commonest English words.
_LIBRARY_COUNT = 10**9

# Words that carry no topic: articles, pronouns, auxiliaries, fillers of chat.
_EMPTY_WORDS = """
    a about actually again all also always am an and any anybody anyone anything are as ask
    at be because been being bit both but by can cannot cant come could did do does doing
    dont each else etc even ever every exactly example for from get getting give go going
    gonna good got great had has have having he hello help her here hey hi him his how i if
    im in instead into is it its ive just kind know least let like likely look lot made make
    many maybe me mean might more most much must my myself need no nor not now of off oh ok
    okay on once one ones only or other others our out over own people please possible
    pretty probably put quite rather really right same say see she should show so some
    somebody someone something sort still such sure take tell than thank thanks that the
    their them then there these they thing things think this those though to too try u up us
    use very want was way we well were what whats when where whether which while who whose
    why will with within without would yes yet you your
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


def content_words(text: str) -> list[str]:
    """List the words that say what a text is about, lower case, in order."""
    return [word for word in _WORD.findall(text.casefold()) if _tells(word)]


def content_spans(text: str) -> list[tuple[int, int]]:
    """List where the words stand that say what a text is about, in order."""
    return [word.span() for word in _WORD.finditer(text) if _tells(word[0].casefold())]


def _tells(word: str) -> bool:
    return word.replace("’", "'").replace("'", "") not in _EMPTY


class Wording:
    """Reads a message as its writer meant it: expands short forms, mends misspellings."""

    def __init__(self, glossary: Mapping[str, Iterable[str]], *spellings: Spelling) -> None:
        """Use a glossary of full name → short forms, and dictionaries; the first one learns."""
        self._glossary = glossary
        self._full = {short.casefold(): full for full, shorts in glossary.items() for short in shorts}
        longest_first = sorted(self._full, key=len, reverse=True)
        choices = "|".join(re.escape(short) for short in longest_first)
        self._short = re.compile(rf"(?<![\w+#])(?:{choices})(?![\w+#])", re.IGNORECASE)
        self._spellings = spellings
        for full in self._full.values():
            self.learn(full)

    @classmethod
    def load(cls) -> Self:
        """Read the English dictionary, and the project's glossary and names."""
        wording = cls(read_yaml(_GLOSSARY), Spelling(english_words()))
        for names in read_yaml(_NAMES).values():
            wording.learn(names)
        return wording

    def apart(self) -> Wording:
        """Return one that knows all that this one knows, and keeps what it learns to itself."""
        return Wording(self._glossary, Spelling(), *self._spellings)

    def learn(self, text: str) -> None:
        """Take a text's words as rightly spelt."""
        own, *others = self._spellings
        for word in set(_WORD.findall(text.casefold())):
            if all(other.count(word) < _LIBRARY_COUNT for other in others):
                own.learn(word, _LIBRARY_COUNT)

    def read(self, text: str) -> str:
        """Return the text with short forms written out and misspelt words mended."""
        return self.read_all([text])[0]

    def read_all(self, texts: Iterable[str]) -> list[str]:
        """Read texts; a word that many of them have is looked up once."""
        mend = cache(self._mend)
        return [_WORD.sub(lambda match: mend(match[0]), self.expand(text)) for text in texts]

    def expand(self, text: str) -> str:
        """Return the text with short forms written out, and every other word as it stands."""
        # A pattern takes the “İ” of “Aİ” for an “i”, casefold does not.
        return self._short.sub(lambda match: self._full.get(match[0].casefold(), match[0]), text)

    def knows(self, word: str) -> bool:
        """Whether the word is in a dictionary, English or the library's."""
        return any(word.casefold() in spelling for spelling in self._spellings)

    def nearly_knows(self, word: str) -> bool:
        """Whether the word is in a dictionary, or one slip away from a word that is."""
        if len(word) < _MIN_LENGTH_TO_MEND or self.knows(word):
            return self.knows(word)
        return self._nearest(word, slips=1) is not None

    def _mend(self, word: str) -> str:
        if len(word) < _MIN_LENGTH_TO_MEND or not word.isalpha() or self.knows(word):
            return word
        return self._nearest(word, _MAX_SLIPS if len(word) >= _MIN_LENGTH_FOR_TWO else 1) or word

    def _nearest(self, word: str, slips: int) -> str | None:
        """Return the word of a dictionary nearest to this one; of several, the commonest."""
        found = (spelling.nearest(word.casefold(), slips) for spelling in self._spellings)
        known = [each for each in found if each]
        return min(known, key=lambda each: (each.distance, -each.count)).word if known else None
