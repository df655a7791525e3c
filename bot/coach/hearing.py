"""Makes sure of a message before anybody thinks about it: clean text, or why there is none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from lingua import Language, LanguageDetectorBuilder

from retrieval.wording import Wording, content_words

# A question with its story fits well into this; Discord's own limit is 2,000 or 4,000.
MAX_CHARACTERS = 4000

# Invisible characters that words need: joiners of Indic and Arabic script and of emoji.
_JOINERS = "\u200c\u200d"
_KEPT_CONTROLS = "\n\t"
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|@(?:everyone|here)\b")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W\d_]+")
# Shorter texts give a language detector too little to go by.
_MIN_WORDS_FOR_LANGUAGE = 3
_FOREIGN_CONFIDENCE = 0.5
# A few names of tools, and misspelt English, look foreign to it too, though hardly ever for sure.
_FEW_WORDS = 5
_FOREIGN_FOR_SURE = 0.96
_MOST_ENGLISH = 0.5

TOO_LONG = (
    f"That is more than I can read at once (over {MAX_CHARACTERS:,} characters). "
    "Could you send me the question and the two or three facts about you that matter most?"
)
NOTHING = "I didn't get any words there. What would you like to know about moving into machine learning?"
NO_TOPIC = (
    "I can't tell yet what that is about. Name a role, a skill or a worry, "
    "for example “what maths do I need?” or “which role suits me?”"
)
FOREIGN = (
    "I only speak English so far, and so do my guides. Could you ask me in English? Simple words are fine."
)


@dataclass(frozen=True, slots=True)
class Unclear:
    """A message that cannot be answered, and what to tell the person."""

    reply: str


class Hearing:
    """Cleans messages and notices those that hold no question."""

    def __init__(self, wording: Wording) -> None:
        """Know English words by the wording of the library."""
        self._wording = wording
        self._languages = LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()

    def hear(self, text: str) -> str | Unclear:
        """Return the text to answer, or why it cannot be."""
        if len(text) > MAX_CHARACTERS:
            return Unclear(TOO_LONG)
        clean = clean_text(text)
        # A number alone picks one of the questions offered.
        if not _LETTER_OR_DIGIT.search(clean):
            return Unclear(NOTHING)
        return Unclear(FOREIGN) if self._is_foreign(clean) else clean

    def _is_foreign(self, text: str) -> bool:
        words = _WORD.findall(text)
        known = sum(self._wording.knows(word) for word in words)
        if known >= _MOST_ENGLISH * len(words):
            return False
        if not re.search(r"[a-z]", text, re.IGNORECASE):
            return True
        if len(words) < _MIN_WORDS_FOR_LANGUAGE:
            return False
        best = self._languages.compute_language_confidence_values(text)[0]
        misspelt = sum(map(self._wording.nearly_knows, words)) >= _MOST_ENGLISH * len(words)
        sure = misspelt or len(words) < _FEW_WORDS
        enough = _FOREIGN_FOR_SURE if sure else _FOREIGN_CONFIDENCE
        return best.language != Language.ENGLISH and best.value >= enough


def clean_text(text: str) -> str:
    """Strip what is not meant to be read: controls, invisible and direction marks, mentions."""
    visible = "".join(char for char in text if _is_visible(char))
    composed = unicodedata.normalize("NFC", visible)
    lines = (" ".join(line.split()) for line in _MENTION.sub(" ", composed).splitlines())
    return "\n".join(line for line in lines if line)


def has_topic(text: str) -> bool:
    """Whether a text has any word that says what it is about."""
    return any(_LETTER.search(word) for word in content_words(text))


def _is_visible(char: str) -> bool:
    if char in _KEPT_CONTROLS or char in _JOINERS:
        return True
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
