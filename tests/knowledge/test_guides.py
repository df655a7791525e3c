"""What the shipped guides, and the lists beside them, must be like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.chunking import chunk_guide
from knowledge.guide import Guide, Section
from knowledge.loaders.markdown import read_guides
from knowledge.roles import load_roles
from knowledge.units import split_units

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "knowledge" / "guides"
# A sentence is quoted alone, so its first word must not point at the sentence before.
POINTING = re.compile(
    r"(?:this|that|these|those|they|them|their|its?|s?he|his|her|such|here|there|both|either|neither"
    r"|however|therefore|thus|moreover|furthermore|also|besides|then|hence|instead|otherwise|nevertheless"
    r"|additionally|consequently|similarly|meanwhile|and|but|so|or|yet)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def guides() -> list[Guide]:
    return read_guides(GUIDES)


@pytest.fixture(scope="module")
def sections(guides: list[Guide]) -> list[tuple[str, Section]]:
    return [(f"{guide.id}: {section.heading}", section) for guide in guides for section in guide.sections]


def test_every_guide_is_read(guides: list[Guide]) -> None:
    assert len(guides) == len(list(GUIDES.glob("*.md"))) >= 17


def test_no_questions_lie_about_without_a_guide() -> None:
    asks = {path.name.removesuffix(".asks.yaml") for path in GUIDES.glob("*.asks.yaml")}

    assert asks == {path.stem for path in GUIDES.glob("*.md")}


def test_ids_and_titles_are_unique(guides: list[Guide]) -> None:
    assert len({guide.id.casefold() for guide in guides}) == len(guides)
    assert len({guide.title.casefold() for guide in guides}) == len(guides)


def test_chunk_ids_and_texts_are_unique(guides: list[Guide]) -> None:
    texts = [chunk.text for guide in guides for chunk in chunk_guide(guide)]

    assert len(set(texts)) == len(texts)


def test_most_sections_hold_one_idea_of_40_to_150_words(sections: list[tuple[str, Section]]) -> None:
    odd = [place for place, section in sections if not 40 <= len(section.body.split()) <= 150]

    assert len(odd) <= 0.1 * len(sections), odd


def test_every_section_becomes_at_least_one_chunk(guides: list[Guide]) -> None:
    for guide in guides:
        chunked = {chunk.section.heading for chunk in chunk_guide(guide)}
        assert chunked == {section.heading for section in guide.sections}, guide.id


def test_no_sentence_points_at_the_one_before(sections: list[tuple[str, Section]]) -> None:
    pointing = [
        f"{place}: {unit.text}"
        for place, section in sections
        for unit in split_units(section.body)
        if unit.kind == "sentence" and POINTING.match(unit.text)
    ]

    assert pointing == []


def test_every_section_is_asked_for(sections: list[tuple[str, Section]]) -> None:
    assert [place for place, section in sections if not section.asks] == []


def test_no_two_sections_are_asked_for_in_the_same_words(sections: list[tuple[str, Section]]) -> None:
    places: dict[str, list[str]] = {}
    for place, section in sections:
        for ask in section.asks:
            places.setdefault(ask.casefold(), []).append(place)
    roles = {role.id for role in load_roles()}

    def is_of_every_role(where: list[str]) -> bool:
        """“Who is it for?” follows on something said of a role, and so names none."""
        guides, headings = zip(*(place.split(": ") for place in where), strict=True)
        return set(guides) == roles and len(set(headings)) == 1

    twice = {ask: where for ask, where in places.items() if len(where) > 1 and not is_of_every_role(where)}
    assert twice == {}


def test_every_section_can_be_cited(sections: list[tuple[str, Section]]) -> None:
    for place, section in sections:
        assert section.sources, place
        assert all(source.title.strip() and str(source).strip() for source in section.sources), place


@pytest.mark.parametrize(
    "path", ["knowledge/uncovered.yaml", "knowledge/glossary.yaml", "prompts/smalltalk.yaml"]
)
def test_lists_hold_only_texts(path: str) -> None:
    # YAML reads yes, no, on and 3.11 as anything but what was written.
    odd = [value for value in values(read(path)) if not isinstance(value, str) or not value.strip()]

    assert odd == []


def test_every_aspect_has_examples_and_says_what_would_answer_them() -> None:
    aspects = read("knowledge/uncovered.yaml")

    assert len({entry["aspect"] for entry in aspects}) == len(aspects)
    for entry in aspects:
        assert entry.keys() - {"number", "cue"} == {"aspect", "examples", "evidence"}, entry["aspect"]
        assert entry["examples"], entry["aspect"]
        words = [*entry["evidence"], *entry.get("cue", ())]
        assert all(word == word.lower() for word in words), entry["aspect"]


def test_no_short_form_stands_for_two_names() -> None:
    shorts = [short.casefold() for shorts in read("knowledge/glossary.yaml").values() for short in shorts]

    assert sorted(short for short in set(shorts) if shorts.count(short) > 1) == []


def test_all_small_talk_has_cues_and_replies() -> None:
    intents = read("prompts/smalltalk.yaml")["intents"]
    cues = [cue for intent in intents for cue in intent["cues"]]

    # What is small talk of no kind in particular has no cues of its own.
    assert [intent["intent"] for intent in intents if not intent["cues"]] == ["chatter"]
    assert all(intent["replies"] for intent in intents)
    assert sorted(cue for cue in set(cues) if cues.count(cue) > 1) == []


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def values(data: Any) -> Iterator[object]:
    """Walk through every leaf and every key, but for the one switch there is."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            if key != "number":
                yield from values(value)
    elif isinstance(data, list):
        for value in data:
            yield from values(value)
    else:
        yield data
