"""Tells the frame around a text from the text: menus, bylines, counts, calls to click.

The rules know how pages talk about themselves, in any field; none knows a certain page.
"""

from __future__ import annotations

import re

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
_META = re.compile(rf"(?:{_DATE}|{_READ_TIME}|{_BYLINE}|(?:{_COUNT}\W*)+)", _I)
_META_SPLIT = re.compile(r"\s*[·•|–—∙●]\s*|\s{2,}")
_NAVIGATION = re.compile(
    r"(?:home|menu|main menu|search|log ?in|log ?out|sign ?in|sign ?up|register|share|share (?:this|on|via).*|tweet"
    r"|facebook|twitter|linkedin|pinterest|whatsapp|reddit|instagram|youtube|e-?mail|print|copy link|save|bookmark"
    r"|follow|skip to (?:main )?content|(?:top|bottom) of page|back to top|next|previous|prev|next (?:post|article)"
    r"|previous (?:post|article)|read more|learn more|see more|see all|show more|load more|view all|continue reading"
    r"|more|reply|report|like|accept(?: all)?(?: cookies)?|reject(?: all)?|decline|manage preferences"
    r"|cookie (?:settings|preferences|policy)|privacy(?: policy)?|terms(?: of (?:use|service))?|contact(?: us)?"
    r"|about(?: us)?|faqs?|careers|blog|news|close|play|listen|download|toggle navigation|expand|collapse|edit)\W*",
    _I,
)
# Parts of a page that are frame as a whole, by what they are called.
_FRAME_HEADING = re.compile(
    r"\W*(?:\d+\s+)?(?:comments?|responses?|discussion|replies|reader comments|leave (?:a|your) (?:reply|comment).*"
    r"|post a comment|join the (?:discussion|conversation)|(?:share|like|follow) (?:this|us).*|share"
    r"|(?:related|recommended|popular|recent|trending|more|other|similar|latest) (?:posts?|articles?|stories|reading|reads"
    r"|content|guides?|topics|news|from .*|for you|links)|related|recommended(?: for you)?|trending(?: now)?"
    r"|(?:you )?(?:might|may) also (?:like|enjoy)|read (?:next|also)|up next|keep reading|what to read next"
    r"|advertisement|advert|sponsored(?: content)?|promoted|newsletter.*|subscribe.*|stay (?:connected|in touch|updated)"
    r"|sign up.*|about the author|tags?|categories|filed under|cookies?(?: .*)?|(?:we value )?your privacy|legal"
    r"|table of contents|contents|on this page|in this (?:article|post|guide|page)|jump to.*|site map|quick links"
    r"|get (?:the|our) (?:newsletter|app)|we use cookies)(?:\s*\(\d+\))?\s*\W*",
    _I,
)
COMMENTS_HEADING = re.compile(
    r"\W*(?:\d+\s+)?(?:comments?|responses?|reader comments|leave (?:a|your) (?:reply|comment).*|post a comment"
    r"|join the (?:discussion|conversation))(?:\s*\(\d+\))?\s*\W*",
    _I,
)
_CAPTION = re.compile(
    r"(?:cover|image|photo(?:graph)?|picture|illustration|screenshot|figure|credit|source image|getty|shutterstock)\b"
    r"(?:s?\s+(?:of|by|from|via|courtesy|credit|source)\b|\s*[:©/]|\s+\d+\s*[:.])",
    _I,
)
INVITES_COMMENTS = re.compile(
    r"\bcomments? (?:below|section)|\bin the comments\b|\b(?:drop|leave|post) (?:us |me )?(?:a |your |them |it )"
    r".{0,30}\bcomments?\b",
    _I,
)
# Sentences by which a page speaks of itself, sells, or sends the reader elsewhere.
_SELF_TALK = re.compile(
    r"\bcookies\b.{0,80}\b(?:website|site|browser|experience|consent|agree|accept|preferences|policy)\b"
    r"|\b(?:website|site|we)\b.{0,40}\b(?:use|uses|store|stores) cookies"
    r"|^(?:please )?(?:subscribe|sign up|join)\b.{0,80}\b(?:newsletter|mailing list|inbox|channel|updates|e-?mails?)\b"
    r"|\b(?:subscribe|sign up) (?:to|for) (?:our|my|the) |\b(?:like|share) and subscribe\b|\bhit (?:the )?subscribe"
    r"|^(?:please )?(?:follow|like|find) us (?:on|at)\b|^share this\b|\bclick here\b|\bclick (?:the )?(?:link|button)\b"
    r"|^(?:learn|read|find out|discover) more (?:about|on|at|here)\b"
    r"|^(?:also read|read also|read more|read next|related|see also|also see|more on this|recommended|you may also like"
    r"|don['’]t miss|must read|watch)\s*[:–—-]|^(?:read|see|watch) (?:our|the full|more)\b"
    r"|^for (?:more|further) (?:information|details|info|on this)\b.{0,20}\b(?:see|visit|read|check|click|go to|contact)\b"
    r"|\bcheck out (?:our|my)\b|\b(?:download|grab|get|claim) (?:our|your|my) free\b"
    r"|\bfree (?:e-?book|checklist|trial|template|webinar|consultation|quote|download)\b"
    r"|\b(?:promo|discount|coupon) code\b|\buse code\b|\b\d+ ?% off (?:your|all|any|with|when|today|now)\b"
    r"|^(?:buy|shop|order|enrol|enroll|register|apply|book|start) (?:it )?(?:now|today)\b"
    r"|\b(?:sponsored|brought to you|presented|powered) by\b|\baffiliate (?:links?|commissions?)\b|\bamazon associate\b"
    r"|\ball rights reserved\b|^(?:copyright )?[©ⓒ]|^copyright (?:\(c\)|©|\d{4})|^\(c\) ?\d{4}"
    r"|\blet (?:me|us) know (?:if|in the|what you|your|below|how)\b|\bthanks? (?:you )?for (?:reading|watching|stopping by)\b"
    r"|^stay tuned\b|\benter your e-?mail\b|\b(?:photo|image) (?:by|credit|courtesy)\b|^advertisement\b|^ad:"
    r"|\b(?:contact us|get in touch|book a (?:call|demo)|request a demo|schedule a (?:call|demo))\b.{0,60}\b(?:today|now|free)\b"
    r"|\btake the first step today\b|\bthis (?:article|post|story) (?:was )?(?:first |originally )?(?:appeared|published)\b"
    r"|\b(?:enable|turn on) javascript\b|\byour browser (?:does not|doesn['’]t) support\b",
    _I,
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_PERSONAL = re.compile(
    r"\b(?:i|i['’]m|im|i['’]ve|my|me)\b|\b(?:great|nice|awesome|thanks?|superb|amazing|helpful|love|lol)\b"
    r"|\b(?:this|your) (?:video|post|article|blog|content|channel)\b",
    _I,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_LEAST_CAPTION_WORDS = 13
_CAPTION_CAPITALS = 0.65


def is_frame_line(text: str) -> bool:
    """Whether a line that stands alone says nothing but what a frame says."""
    said = text.strip()
    if not _WORD.search(said):
        return True
    parts = [part for part in _META_SPLIT.split(said) if part]
    return (
        all(_META.fullmatch(part) or _NAVIGATION.fullmatch(part) for part in parts)
        or _NAVIGATION.fullmatch(said) is not None
        or is_frame_heading(said)
        or _is_breadcrumb(said)
        or _CAPTION.match(said) is not None
    )


def is_frame_heading(text: str) -> bool:
    """Whether a heading is one of a part of the frame, such as “Related posts”."""
    return _FRAME_HEADING.fullmatch(text.strip()) is not None


def is_self_talk(sentence: str) -> bool:
    """Whether a sentence is the page's own: a call to click, a notice, an advert."""
    said = sentence.strip()
    return bool(_SELF_TALK.search(said) or INVITES_COMMENTS.search(said))


def is_caption(text: str) -> bool:
    """Whether a paragraph describes a picture: long, and in capitals like a headline."""
    words = [word for word in _WORD.findall(text) if len(word) > 3]  # noqa: PLR2004 - “With”, not “and”
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _LEAST_CAPTION_WORDS and capitals >= _CAPTION_CAPITALS * len(words)


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
    named = sum(_NAVIGATION.fullmatch(part) is not None for part in parts)
    return (
        len(parts) > 1
        and named > 0
        and (len(parts) > 3 or text.lower().startswith("home"))
        and len(text) < 200
    )
