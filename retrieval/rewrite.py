"""Follow-ups → questions that can be searched alone.

Deciding is pure: a message and what was last talked about go in, a question comes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from knowledge.roles import Role, Roles
from retrieval.answer import Answer, Length
from retrieval.asking import ASKING, asked_clauses
from retrieval.cues import load_cues
from retrieval.picking import numbered, picked
from retrieval.wording import Wording, content_words

# A subject longer than this drowns the follow-up that is put beside it.
_SUBJECT_WORDS = 18
# A message of so few content words hardly ever stands alone within a conversation.
_ELLIPTIC_WORDS = 2
# From this share of its words on, a message is questions rather than a story with questions.
_MOSTLY_ASKING = 0.6

_WHAT_ABOUT = re.compile(r"\b(?:what|how) (?:about|of)\b", re.IGNORECASE)


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
    about. `length` is how long an answer it asks for; `said` is what has been said on the subject;
    `options` is the list that the question picked from, so that another may be picked.
    `refers_back` says that it asks about the very thing just said: “why?”, “tell me more”; `denies`
    that it means what it does not name (“and what isn't quick?”), and `moves_on` that it asks for something
    else than was said (“any others?”).
    Where the message may just as well mean what it says, `alone` is that other reading.
    """

    text: str
    asked: str
    subject: str
    roles: tuple[Role, ...] = ()
    parts: tuple[str, ...] = ()
    follow_up: bool = False
    length: Length = "usual"
    said: tuple[str, ...] = field(default=(), repr=False)
    options: tuple[str, ...] = ()
    refers_back: bool = False
    denies: bool = False
    moves_on: bool = False
    alone: Question | None = None

    @property
    def goes_deeper(self) -> bool:
        """Whether it asks for more of what was said: “tell me more”."""
        return self.length == "long" and bool(self.said) and not self.options


class Rewriter:
    """Reads a message in the light of the conversation."""

    def __init__(self, wording: Wording, roles: Roles) -> None:
        """Use the wording of the library and the roles it describes."""
        self._wording = wording
        self._roles = roles
        self._cues = load_cues()

    def rewrite(self, message: str, last: Exchange | None) -> Question:
        """Return the question that a message asks, given what was last talked about."""
        text = self._wording.read(message)
        changed = self._cues["new_subject"].match(text)
        if changed and len(text) > changed.end():
            return self._alone(text[changed.end() :])
        if last is None:
            return self._alone(text)
        return self._follow_up(text, last) or self._alone(text)

    def is_about_roles(self, question: Question) -> bool:
        """Whether a question names roles or seeks one."""
        return bool(question.roles) or self._cues["seeks_role"].search(question.asked) is not None

    def subject_of(self, question: Question, answer: Answer) -> str:
        """Return what a follow-up to this answer is about.

        Whoever asks which role suits them goes on to talk about the role that was named.
        """
        if question.roles or not self._cues["seeks_role"].search(question.asked):
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
        # “I clean up tables all day, is it of use?” asks about the story.
        subject = named[0].title if len(named) == 1 else _shorten(text if self._points_back(asked) else asked)
        # Beside a story the questions are answered together: each draws on the story.
        several = len(clauses) > 1 and len(asked.split()) >= _MOSTLY_ASKING * len(text.split())
        return Question(text, asked, subject, named, clauses if several else (), length=self._length(text))

    def _points_back(self, asked: str) -> bool:
        return self._cues["pointing"].search(self._cues["pointing_forward"].sub(" ", asked)) is not None

    def _length(self, text: str) -> Length:
        if self._cues["in_detail"].search(text):
            return "long"
        return "brief" if self._cues["in_brief"].search(text) else "usual"

    def _follow_up(self, text: str, last: Exchange) -> Question | None:
        if self._cues["more"].match(text):
            return self._again(last, "long")
        if self._cues["less"].match(text):
            return self._again(last, "brief")
        if self._cues["agree"].match(text):
            return self._alone(last.offers[0]) if last.offers else None
        if (number := numbered(text)) and number <= len(last.offers):
            return self._alone(last.offers[number - 1])
        meant = self._cues["correction"].match(text)
        if meant and len(text) > meant.end():
            text = text[meant.end() :]
        return (
            self._picked(text, last)
            or self._about_other_role(text, last)
            or self._about_any_role(text, last)
            or self._dependent(text, last)
        )

    def _again(self, last: Exchange, length: Length) -> Question:
        again = self._alone(last.question)
        return replace(
            again,
            subject=last.subject,
            follow_up=True,
            length=length,
            said=last.said,
            refers_back=last.answered,
        )

    def _picked(self, text: str, last: Exchange) -> Question | None:
        """“The second one”: a point of the last answer, or one of the questions offered."""
        options = last.points or last.offers
        pick = picked(text, options)
        option = pick.of(options) if pick else None
        if pick is None or option is None:
            return None
        more = self._cues["more"].match(pick.rest.strip(" ,.?!"))
        beside = [] if more else content_words(pick.rest)
        if len(beside) > _ELLIPTIC_WORDS:
            return None
        roles = self._roles.named(option)
        asked_of = self._roles.named(last.question)
        if len(asked_of) == 1 and not (beside or more) and any(asked_of[0].title in p for p in last.points):
            # The same was just asked of another one of them: “and the first?”.
            again = self._about_other_role(option, last)
            return replace(again, options=last.points) if again else None
        name = roles[0].title if roles else option.partition(":")[0]
        # What is asked of a point is asked of its name: “how do I avoid the second one?”
        named = beside or (roles and pick.rest.strip(" ,.?!"))
        told = option if more else pick.put(name if named else option)
        question = self._alone(told)
        return replace(
            question,
            subject=question.subject if roles else name,
            parts=(),
            follow_up=True,
            length="long" if more else question.length,
            said=last.said,
            options=last.points,
            refers_back=not beside,
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

    def _about_any_role(self, text: str, last: Exchange) -> Question | None:
        """“Which one trains models?”, “who does then?”: asked of whichever role it is, after talk of one."""
        asks = self._cues["which_role"].match(text)
        if not asks or self._roles.named(text) or len(self._roles.named(last.subject)) != 1:
            return None
        rest = text[asks.end() :].strip(" ,.?!") or self._roles.replace_all(last.question, "")
        return self._alone(f"which ML role {' '.join(rest.split())}")

    def _dependent(self, text: str, last: Exchange) -> Question | None:
        """Put the subject into, or beside, a question that does not say what it is about."""
        if self._roles.named(text):
            return None
        asked = " ".join(asked_clauses(text))
        pointing = self._points_back(asked)
        own_words = content_words(text)
        elliptic = len(own_words) <= _ELLIPTIC_WORDS
        asks_why = bool(self._cues["why"].match(text))
        if not (pointing or elliptic or asks_why or self._cues["connected"].search(text)):
            return None
        roles = self._roles.named(last.subject)
        if roles and pointing:
            whole = self._cues["pointing"].sub(last.subject, text, count=1)
        else:
            # “Why?” and “what does that mean?” ask of what was asked, not of its subject.
            bare = not own_words or (asks_why and elliptic)
            whole = f"{text} {_shorten(last.question) if bare else last.subject}"
        # What may stand alone is read without the words that tie it to what went before.
        free = self._cues["connected"].sub(" ", text).strip(" ,") or text
        # A follow-up that points nowhere brings a subject of its own: “and hackathons?”.
        new_subject = not (pointing or roles) and content_words(asked)
        # “Why?” after a refusal asks for what is not known, not for what was said before it.
        said = last.said if last.answered or not asks_why else ()
        moves_on = self._cues["moves_on"].search(asked) is not None
        if asks_why or pointing:
            alone = None
        else:
            alone = replace(self._alone(free), follow_up=True, said=said if moves_on else ())
        return Question(
            whole,
            asked,
            _shorten(f"{last.subject} {asked}") if new_subject else last.subject,
            roles,
            follow_up=True,
            said=said,
            refers_back=asks_why and last.answered,
            denies=self._cues["denies"].search(asked) is not None,
            moves_on=moves_on,
            alone=alone,
        )


def _stands_on_role(text: str, roles: Roles) -> bool:
    """Whether a message says hardly more than a role's name: it asks nothing of its own."""
    rest = _WHAT_ABOUT.sub(" ", text)
    if re.search(rf"\b{ASKING}\b", rest, re.IGNORECASE):
        return False
    return not content_words(roles.replace_all(rest, " "))


def _shorten(text: str) -> str:
    return " ".join(text.split()[-_SUBJECT_WORDS:])
