"""Reads a guide written in Markdown with YAML front matter, and how people ask for it.

The form is described in `knowledge/README.md`. A guide that strays from it is refused
with the file, the line and what to mend, so that nothing half-read is ever quoted.
Beside `maths.md` may lie `maths.asks.yaml`, more questions for each section's heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.guide import Guide, GuideError, Section, Source
from knowledge.yamls import parse_yaml

_FENCE = "---"
_HEADING = re.compile(r"^## +(?P<heading>.*\S)\s*$")
_OTHER_HEADING = re.compile(r"^(#|#{3,6}) ")
_META = re.compile(r"^> *(?P<key>[A-Za-z]+): *(?P<value>.*\S)\s*$")
_META_KEYS = ("Asks", "Source")
ASKS_ENDING = ".asks.yaml"


def read_guides(folder: Path) -> list[Guide]:
    """Read every guide of a folder, by name. Raises as `read_guide`."""
    return [read_guide(path) for path in sorted(folder.glob("*.md"))]


def read_guide(path: Path) -> Guide:
    """Read one guide file and, where there is one, the file of questions beside it.

    Raises:
        GuideError: a file is not UTF-8, its front matter is not as it should be, or a
            section is empty, doubled, names an unknown source or is asked for by a name
            it does not have.

    """
    guide = parse_guide(_read(path), guide_id=path.stem, file_name=path.name)
    asks_path = path.with_suffix(ASKS_ENDING)
    return with_asks(guide, _read(asks_path), asks_path.name) if asks_path.exists() else guide


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise GuideError(path.name, 1, "the file is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise GuideError(path.name, 1, f"the file cannot be read ({error.strerror})") from error


def parse_guide(text: str, *, guide_id: str, file_name: str) -> Guide:
    """Parse a guide's text; `file_name` is what errors call it. Raises as `read_guide`."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise GuideError(file_name, 1, "a guide begins with front matter between two lines of ---")
    try:
        end = next(n for n, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE)
    except StopIteration:
        raise GuideError(file_name, 1, "the front matter has no closing line of ---") from None
    front = _FrontMatter(file_name, lines[1:end])
    sources = front.sources()
    return Guide(
        id=guide_id,
        title=front.text("title"),
        summary=front.text("summary"),
        updated=front.day("updated"),
        sources=sources,
        sections=tuple(_sections(file_name, lines, end + 1, sources)),
    )


class _FrontMatter:
    """The YAML between the fences, read with a line for each complaint."""

    def __init__(self, file_name: str, lines: list[str]) -> None:
        self._file = file_name
        self._lines = lines
        data = _load_yaml("\n".join(lines), file_name, first_line=2)  # the fence is line 1
        if not isinstance(data, dict):
            raise GuideError(file_name, 2, "the front matter must hold title, summary, sources, updated")
        self._data: dict[str, Any] = data

    def _line(self, key: str) -> int:
        for number, line in enumerate(self._lines, start=2):
            if line.startswith(f"{key}:"):
                return number
        return 2

    def text(self, key: str) -> str:
        value = self._data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise GuideError(self._file, self._line(key), f"“{key}” is missing: add `{key}: some text`")
        return " ".join(value.split())

    def day(self, key: str) -> date:
        value = self._data.get(key)
        if type(value) is not date:
            raise GuideError(
                self._file, self._line(key), f"“{key}” must be a date such as `{key}: 2026-11-20`"
            )
        return value

    def sources(self) -> tuple[Source, ...]:
        line = self._line("sources")
        value = self._data.get("sources")
        if not isinstance(value, list) or not value:
            raise GuideError(self._file, line, "“sources” must list at least one source with id and title")
        return tuple(self._source(entry, line) for entry in value)

    def _source(self, entry: object, line: int) -> Source:
        allowed = tuple(Source.__dataclass_fields__)
        if not isinstance(entry, dict):
            raise GuideError(self._file, line, "each source needs an `id` and a `title`")
        if unknown := sorted(map(str, entry.keys() - set(allowed))):
            raise GuideError(
                self._file, line, f"a source has “{unknown[0]}”; allowed are {', '.join(allowed)}"
            )
        fields = {key: str(value) for key, value in entry.items() if value not in (None, "", "unknown")}
        if not {"id", "title"} <= fields.keys():
            raise GuideError(self._file, line, "each source needs an `id` and a `title`")
        return Source(**fields)


def _sections(file_name: str, lines: list[str], start: int, sources: tuple[Source, ...]) -> Iterator[Section]:
    heads = [n for n in range(start, len(lines)) if _HEADING.match(lines[n])]
    if not heads:
        raise GuideError(file_name, start + 1, "a guide needs at least one section: a line `## Heading`")
    for number in range(start, len(lines)):
        if _OTHER_HEADING.match(lines[number]):
            raise GuideError(file_name, number + 1, "sections are `##` headings only; make it `##`")
        if number < heads[0] and lines[number].strip():
            raise GuideError(
                file_name, number + 1, "text stands before the first `##` heading; move it under one"
            )
    seen: set[str] = set()
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        section = _section(file_name, lines, head, end, sources)
        if section.heading.casefold() in seen:
            raise GuideError(file_name, head + 1, f"“{section.heading}” stands twice; rename or merge one")
        seen.add(section.heading.casefold())
        yield section


def _section(file_name: str, lines: list[str], head: int, end: int, sources: tuple[Source, ...]) -> Section:
    match = _HEADING.match(lines[head])
    assert match is not None  # noqa: S101 - the caller found the heading by it # nosec B101
    meta: dict[str, list[str]] = {key: [] for key in _META_KEYS}
    body_start = head + 1
    while body_start < end and (found := _META.match(lines[body_start])):
        key = found["key"]
        if key not in meta:
            raise GuideError(
                file_name, body_start + 1, f"“{key}” is not known here; allowed are {', '.join(_META_KEYS)}"
            )
        meta[key].append(found["value"])
        body_start += 1
    body = "\n".join(lines[body_start:end]).strip()
    if not body:
        raise GuideError(
            file_name, head + 1, f"the section “{match['heading']}” is empty; write it or remove it"
        )
    return Section(
        heading=match["heading"],
        body=body,
        sources=_named(meta["Source"], sources, file_name, head + 1),
        asks=tuple(meta["Asks"]),
    )


def _named(lines: list[str], sources: tuple[Source, ...], file_name: str, line: int) -> tuple[Source, ...]:
    if not lines:
        return sources
    by_id = {source.id: source for source in sources}
    wanted = [name.strip() for names in lines for name in names.split(",")]
    for name in wanted:
        if name not in by_id:
            raise GuideError(
                file_name, line, f"the source “{name}” is not in the front matter; it has {', '.join(by_id)}"
            )
    return tuple(by_id[name] for name in wanted)


def with_asks(guide: Guide, text: str, file_name: str) -> Guide:
    """Add the questions in a file's text to the sections they are for. Raises as `read_guide`."""
    asks = _load_yaml(text, file_name, first_line=1)
    if not isinstance(asks, dict):
        raise GuideError(file_name, 1, "the file must map each section's heading to a list of questions")
    headings = {section.heading for section in guide.sections}
    for heading, questions in asks.items():
        line = next((n for n, row in enumerate(text.splitlines(), 1) if str(heading) in row), 1)
        if heading not in headings:
            raise GuideError(file_name, line, f"“{guide.title}” has no section “{heading}”; name it as there")
        if not isinstance(questions, list) or not all(isinstance(each, str) for each in questions):
            raise GuideError(file_name, line, f"the questions of “{heading}” must be a list of texts")
    return replace(
        guide,
        sections=tuple(
            replace(section, asks=tuple(dict.fromkeys((*section.asks, *asks.get(section.heading, ())))))
            for section in guide.sections
        ),
    )


def _load_yaml(text: str, file_name: str, *, first_line: int) -> Any:  # noqa: ANN401 - what YAML holds
    try:
        return parse_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise GuideError(file_name, line, f"this is not YAML: {problem}") from error
    except ValueError as error:  # such as 2026-02-30, which has the form of a date
        raise GuideError(file_name, first_line, f"a value cannot be read: {error}") from error
