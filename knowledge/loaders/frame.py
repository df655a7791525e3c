"""Tells the frame around a text from the text: menus, bylines, counts, calls to click.

The rules know how pages talk about themselves, in any field; none knows a certain page.
"""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.yamls import read_yaml

_I = re.IGNORECASE
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"(?:(?:published|posted|updated|modified|last updated|last modified|reviewed)\s*(?:on|:|at)?\s*)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{2,4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
    rf"|{_MONTH}\s+\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|\d+\s+(?:hours?|days?|weeks?|months?|years?)\s+ago|yesterday|today)(?:\s*,?\s*(?:at\s+)?\d{{1,2}}:\d\d.*)?"
)
_COUNT = (
    r"\d[\d.,]*\s*[km]?\+?\s*(?:views?|comments?|shares?|likes?|claps?|followers?|reads?|replies|reply|reactions?"
    r"|ratings?|reviews?|upvotes?|votes?|subscribers?|people found this helpful)"
)
_READ_TIME = (
    r"(?:reading time:?\s*)?(?:\d+|a few|one|two|three|five|ten)[\s-]*min(?:ute)?s?\.?"
    r"(?:\s+(?:read|watch|listen|to read))?"
)
_BYLINE = (
    r"(?:written by|posted by|story by|words by|text by|reviewed by|edited by|author|by|writer['’]s picture)"
    r"\s*:?\s*(?-i:[A-Z][\w.'’-]*)(?:\s+(?:(?-i:[A-Z][\w.'’-]*)|de|van|von|and|&)){0,6}"
)
_META = re.compile(rf"(?:(?:{_DATE}|{_READ_TIME}|{_BYLINE}|{_COUNT})\W*)+", _I)
_META_SPLIT = re.compile(r"\s*[·•|–—∙●]\s*|\s{2,}")
_LISTS = read_yaml(Path(__file__).parents[1] / "frame.yaml")


def _any_of(name: str) -> str:
    return "|".join(_LISTS[name]).replace("’", "['’]")


# A part's heading may say how many there are: “3 comments”, “Comments (3)”.
_COUNTED = r"\W*(?:\d+\s+)?(?:{})(?:\s*\(\d+\))?\s*\W*"
_LINE = re.compile(rf"(?:{_any_of('lines')})\W*", _I)
_FRAME_HEADING = re.compile(_COUNTED.format(f"{_any_of('headings')}|{_any_of('comments')}"), _I)
_COMMENTS_HEADING = re.compile(_COUNTED.format(_any_of("comments")), _I)
_INVITATION = re.compile(_any_of("invitations"), _I)
_SELF_TALK = re.compile(_any_of("sentences"), _I)
_CAPTION = re.compile(
    r"(?:cover|image|photo(?:graph)?|picture|illustration|screenshot|figure|credit|getty|shutterstock)\b"
    r"(?:s?\s+(?:of|by|from|via|courtesy|credit|source)\b|\s*[:©/]|\s+\d+\s*[:.])",
    _I,
)
_NUMBERED_CAPTION = re.compile(r"(?:figure|fig\.|table|listing|plate)\s+\d+(?:[.-]\d+)*\s*[.:]", _I)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_PERSONAL = re.compile(
    r"\b(?:i|i['’]m|im|i['’]ve|my|me)\b|\b(?:great|nice|awesome|thanks?|superb|amazing|helpful|love|lol)\b"
    r"|\b(?:this|your) (?:video|post|article|blog|content|channel)\b",
    _I,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_LEAST_CAPTION_WORDS = 13
_CAPTION_CAPITALS = 0.65
_LEAST_CRUMBS = 4
_MOST_CRUMB_CHARACTERS = 200


def is_frame_line(text: str) -> bool:
    """Whether a line that stands alone says nothing but what a frame says."""
    said = text.strip()
    if not _WORD.search(said):
        return True
    parts = [part for part in _META_SPLIT.split(said) if part]
    rest = _META.sub(" ", said).strip() if _META.match(said) else said
    return (
        not _WORD.search(rest)
        or (rest != said and _LINE.fullmatch(re.sub(r"^[\W\d]+", "", rest)) is not None)
        or all(_META.fullmatch(part) or _LINE.fullmatch(part) for part in parts)
        or _LINE.fullmatch(said) is not None
        or is_frame_heading(said)
        or _is_breadcrumb(said)
        or _CAPTION.match(said) is not None
    )


def is_frame_heading(text: str) -> bool:
    """Whether a heading is one of a part of the frame, such as “Related posts”."""
    return _FRAME_HEADING.fullmatch(text.strip()) is not None


def is_comments_heading(text: str) -> bool:
    """Whether a line is the heading of what readers wrote."""
    return _COMMENTS_HEADING.fullmatch(text.strip()) is not None


def invites_comments(text: str) -> bool:
    """Whether a text asks its readers to write below it."""
    return _INVITATION.search(text) is not None


def is_self_talk(sentence: str) -> bool:
    """Whether a sentence is the page's own: a call to click, a notice, an advert."""
    said = sentence.strip()
    return bool(_SELF_TALK.search(said) or _INVITATION.search(said))


def is_caption(text: str) -> bool:
    """Whether a paragraph describes a picture: long, and in capitals like a headline."""
    words = [word for word in _WORD.findall(text) if len(word) > 3]  # noqa: PLR2004 - “With”, not “and”
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _LEAST_CAPTION_WORDS and capitals >= _CAPTION_CAPITALS * len(words)


def is_numbered_caption(text: str) -> bool:
    """Whether a line names a figure by its number, as in “Figure 1.2. The tower”."""
    return _NUMBERED_CAPTION.match(text) is not None


def is_remark(text: str) -> bool:
    """Whether a paragraph reads like what a reader left behind."""
    return bool(_PERSONAL.search(text) or _EMOJI.search(text))


def byline(text: str) -> str:
    """Return the name in a line such as “By Ada Lovelace”, if that is what it is."""
    for part in _META_SPLIT.split(text.strip()):
        if re.fullmatch(_BYLINE, part, _I):
            return re.sub(
                r"^(?:written by|posted by|story by|words by|text by|author|by|writer['’]s picture)\s*:?\s*",
                "",
                part,
                flags=_I,
            )
    return ""


def _is_breadcrumb(text: str) -> bool:
    parts = [part.strip() for part in re.split(r"[>›»/|·•]", text) if part.strip()]
    named = sum(_LINE.fullmatch(part) is not None for part in parts)
    return (
        len(parts) > 1
        and named > 0
        and (len(parts) >= _LEAST_CRUMBS or text.lower().startswith("home"))
        and len(text) < _MOST_CRUMB_CHARACTERS
    )
