"""Follow-ups → questions that can be searched alone.

Deciding is pure: a message and what was last talked about go in, a question comes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import sentencex

from knowledge.roles import Role, Roles
from retrieval.answer import Answer
from retrieval.wording import Wording, content_words

# A subject longer than this drowns the follow-up that is put beside it.
_SUBJECT_WORDS = 18
# A message of so few content words hardly ever stands alone within a conversation.
_ELLIPTIC_WORDS = 2
# Below this many words a message is one question, however many clauses it has.
_MIN_PART_WORDS = 3
# From this share of its words on, a message is questions rather than a story with questions.
_MOSTLY_ASKING = 0.6

_OPENING = r"^(?:(?:ok(?:ay)?|so|and|but|well|hm+|yes|yeah|also|then|great|cool|thanks|ah|oh)\b[\s,.!]*)*"
_MORE = re.compile(
    _OPENING + r"(?:(?:can|could) (?:you|u) )?(?:please )?(?:(?:tell|show|give) me )?(?:some |a bit |even )?"
    r"(?:(?:say |know |hear )?more(?: (?:on|about) (?:that|this|it))?(?: details?| info(?:rmation)?)?"
    r"|go on|continue|elaborate|expand(?: on (?:that|this|it))?|keep going|in (?:more )?detail|details?"
    r"|what else|anything else|go deeper|explain (?:more|further))(?:,? please)?[\s.!?]*$",
    re.IGNORECASE,
)
_AGREE = re.compile(
    r"^(?:yes|yeah|yep|sure|ok(?:ay)?|please|go ahead|do it|yes please|sounds good)[\s.!]*$", re.IGNORECASE
)
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "last": -1,
}  # fmt: skip
_COUNTED = r"(?:one|point|option|item|thing|role|bullet)"
# "learn first" and "how long does it last" count nothing: the word stands after "the", before
# what is counted, or at the beginning.
_ORDINAL = re.compile(
    rf"(?:\bthe |^)(?P<word>{'|'.join(_ORDINALS)})(?: {_COUNTED})?(?=[\s,.?!]|$)"
    rf"|\b(?P<counting>{'|'.join(_ORDINALS)}) {_COUNTED}(?=[\s,.?!]|$)"
    r"|\b(?:number|no\.?|#|option|point) ?(?P<number>[1-9])\b",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    r"^.{0,30}?\b(?:different|another|new|other|unrelated) (?:question|topic|subject|thing)\b[\s:,.\-–]*",
    re.IGNORECASE,
)
_CONNECTED = re.compile(
    r"^(?:(?:ok(?:ay)?|so|well|thanks|hm+)[\s,]+)?(?:and|but|or|what about|how about|what if|then)\b"
    r"|\b(?:then|instead|otherwise)[\s.!?]*$",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|this|those|these|there|such|one|ones|he|she|him|her|both"
    r"|either|neither|same)\b",
    re.IGNORECASE,
)
# "that" in "a job that pays" points forward; in "needed for that" and "is that hard" back.
_BEFORE_POINTING_BACK = (
    r"(?:is|was|does|did|do|can|could|will|would|should"
    r"|about|after|at|by|for|from|in|into|like|of|on|to|with)"
)
_POINTING_FORWARD = re.compile(
    rf"\b(?!{_BEFORE_POINTING_BACK} )\w+ that(?= \w)|\b(?:those who|one of|there (?:is|are|were|was))\b",
    re.IGNORECASE,
)
_SEEKS_ROLE = re.compile(r"\b(?:roles?|jobs?|positions?|careers?|gigs?|suits?|fits?)\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"\b(?:what|how) (?:about|of)\b", re.IGNORECASE)
_WHY = re.compile(_OPENING + r"(?:why|how come)\b", re.IGNORECASE)

_ASKING = (
    r"(?:what|which|who|whom|whose|how|where|when|why|is|are|was|do|does|did|can|could|should|would|will|must"
    r"|may|any|have|has|am)"
)
_ASKS = re.compile(rf"^(?:(?:and|but|or|so|also|plus)\s+)?{_ASKING}\b", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    rf",?\s+(?:and|but|or|plus|also)\s+(?={_ASKING}\b)|,\s+(?=(?:what|which|how|where|why|who)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the last answer was about: all that a follow-up may refer to.

    `subject` is what pronouns stand for; `points` are the list items shown, in order;
    `said` is every statement made on this subject; `offers` are the questions offered.
    `answered` is False when the question was refused.
    """

    question: str
    subject: str
    points: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands alone.

    `text` is what to search for. `asked` is what the person wants to know in their own
    words: without their story, and without the subject that a follow-up leaves unsaid.
    `parts` are its single questions, if there are several; `roles` are the roles it is
    about. `detail` asks for a long answer; `said` is what has been said on the subject;
    `options` is the list that the question picked from, so that another may be picked.
    `refers_back` says that it asks about the very thing just said: “why?”, “tell me more”.
    """

    text: str
    asked: str
    subject: str
    roles: tuple[Role, ...] = ()
    parts: tuple[str, ...] = ()
    follow_up: bool = False
    detail: bool = False
    said: tuple[str, ...] = field(default=(), repr=False)
    options: tuple[str, ...] = ()
    refers_back: bool = False


class Rewriter:
    """Reads a message in the light of the conversation."""

    def __init__(self, wording: Wording, roles: Roles) -> None:
        """Use the wording of the library and the roles it describes."""
        self._wording = wording
        self._roles = roles

    def rewrite(self, message: str, last: Exchange | None) -> Question:
        """Return the question that a message asks, given what was last talked about."""
        text = self._wording.read(message)
        changed = _NEW_SUBJECT.match(text)
        if changed and len(text) > changed.end():
            return self._alone(text[changed.end() :])
        if last is None:
            return self._alone(text)
        return self._follow_up(text, last) or self._alone(text)

    def subject_of(self, question: Question, answer: Answer) -> str:
        """Return what a follow-up to this answer is about.

        Whoever asks which role suits them goes on to talk about the role that was named.
        """
        if question.roles or not _SEEKS_ROLE.search(question.asked):
            return question.subject
        if answer.citations and (owner := self._roles.named(answer.citations[0].guide)):
            return owner[0].title
        naming = [(s.merit, self._roles.named(s.text)) for s in answer.statements]
        one = [(merit, named[0]) for merit, named in naming if len(named) == 1]
        return max(one, key=lambda each: each[0])[1].title if one else question.subject

    def _alone(self, text: str) -> Question:
        clauses = asked_clauses(text)
        asked = " ".join(clauses)
        named = self._roles.named(asked) or self._roles.named(text)
        subject = named[0].title if len(named) == 1 else _shorten(asked)
        detail = bool(
            re.search(r"\b(?:in (?:more )?detail|detailed|thorough(?:ly)?|at length)\b", text, re.IGNORECASE)
        )
        # Beside a story the questions are answered together: each draws on the story.
        several = len(clauses) > 1 and len(asked.split()) >= _MOSTLY_ASKING * len(text.split())
        return Question(text, asked, subject, named, clauses if several else (), detail=detail)

    def _follow_up(self, text: str, last: Exchange) -> Question | None:
        if _MORE.match(text):
            again = self._alone(last.question)
            return replace(
                again,
                subject=last.subject,
                follow_up=True,
                detail=True,
                said=last.said,
                refers_back=last.answered,
            )
        if _AGREE.match(text):
            return self._alone(last.offers[0]) if last.offers else None
        if (number := text.strip(" .)#")).isdecimal() and 0 < int(number) <= len(last.offers):
            return self._alone(last.offers[int(number) - 1])
        return self._picked(text, last) or self._about_other_role(text, last) or self._dependent(text, last)

    def _picked(self, text: str, last: Exchange) -> Question | None:
        """“The second one”: a point of the last answer, or one of the questions offered."""
        found = _ORDINAL.search(text)
        rest = content_words(_ORDINAL.sub(" ", text))
        if not found or len(rest) > _ELLIPTIC_WORDS:
            return None
        options = last.points or last.offers
        word = found["word"] or found["counting"]
        number = _ORDINALS[word.lower()] if word else int(found["number"]) - 1
        if not -1 <= number < len(options) or not options:
            return None
        point = options[number]
        picked = self._alone(f"{point} {_ORDINAL.sub('', text).strip(' ,.?!')}".strip())
        subject = picked.subject if self._roles.named(point) else point.partition(":")[0]
        return replace(
            picked,
            subject=subject,
            parts=(),
            follow_up=True,
            said=last.said,
            options=last.points,
            refers_back=not rest,
        )

    def _about_other_role(self, text: str, last: Exchange) -> Question | None:
        """“And for research scientists?”: the last question, asked of another role."""
        new = self._roles.named(text)
        if len(new) != 1 or not _stands_on_role(text, self._roles):
            return None
        question = last.question
        for old in self._roles.named(question):
            question = self._roles.replace(question, old, new[0])
        if new[0] not in self._roles.named(question):
            question = f"{new[0].title}: {question}"
        return Question(question, question, new[0].title, new)

    def _dependent(self, text: str, last: Exchange) -> Question | None:
        """Put the subject into, or beside, a question that does not say what it is about."""
        if self._roles.named(text):
            return None
        asked = " ".join(asked_clauses(text))
        pointing = _POINTING.search(_POINTING_FORWARD.sub(" ", asked))
        elliptic = len(content_words(text)) <= _ELLIPTIC_WORDS
        if not (pointing or elliptic or _CONNECTED.search(text) or _WHY.match(text)):
            return None
        roles = self._roles.named(last.subject)
        if roles and pointing:
            whole = _POINTING.sub(roles[0].title, text, count=1)
        else:
            bare_why = _WHY.match(text) and elliptic
            whole = f"{text} {_shorten(last.question) if bare_why else last.subject}"
        # A follow-up that points nowhere brings a subject of its own: “and hackathons?”.
        moved_on = not (pointing or roles) and content_words(asked)
        subject = _shorten(f"{last.subject} {asked}") if moved_on else last.subject
        asks_why = bool(_WHY.match(text))
        # “Why?” after a refusal asks for what is not known, not for what was said before it.
        said = last.said if last.answered or not asks_why else ()
        refers_back = asks_why and last.answered
        return Question(whole, asked, subject, roles, follow_up=True, said=said, refers_back=refers_back)


def asked_clauses(text: str) -> tuple[str, ...]:
    """Cut the single questions out of a message, leaving the story around them out.

    A message in which nothing reads as a question is a question as a whole.
    """
    sentences = [sentence.strip() for sentence in sentencex.segment("en", text) if sentence.strip()]
    asking = [s for s in sentences if s.endswith("?") or _ASKS.match(s)]
    clauses = [
        clause.strip(" ,")
        for sentence in asking
        for clause in _NEXT_CLAUSE.split(sentence)
        if len(clause.split()) >= _MIN_PART_WORDS
    ]
    return tuple(clauses or asking or [text])


def _stands_on_role(text: str, roles: Roles) -> bool:
    """Whether a message says hardly more than a role's name: it asks nothing of its own."""
    rest = _WHAT_ABOUT.sub(" ", text)
    if re.search(rf"\b{_ASKING}\b", rest, re.IGNORECASE):
        return False
    for role in roles.named(text):
        rest = roles.replace(rest, role, role)
        rest = rest.replace(role.title, " ")
    return not content_words(rest)


def _shorten(text: str) -> str:
    return " ".join(text.split()[-_SUBJECT_WORDS:])
