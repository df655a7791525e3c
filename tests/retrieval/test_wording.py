from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.spelling import Spelling
from retrieval.wording import Wording, content_words

GLOSSARY = {
    "machine learning": ["ml"],
    "software engineer": ["swe", "dev"],
    "artificial intelligence": ["ai"],
    "kubernetes": ["k8s"],
}


def spelling(*words: str) -> Spelling:
    return Spelling(dict.fromkeys(words, 1))


@pytest.fixture
def small() -> Wording:
    return Wording(GLOSSARY, spelling("statistics", "engineer", "switch"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ml or AI?", "machine learning or artificial intelligence?"),
        ("from dev to ML-dev", "from software engineer to machine learning-software engineer"),
        ("html, mlem, ml+, ml#", "html, mlem, ml+, ml#"),
        ("statistcs and enginer", "statistics and engineer"),
        ("Statistcs!", "statistics!"),
        ("kubernets", "kubernetes"),
        ("swich", "switch"),
        ("swi", "swi"),
        ("xylophonist", "xylophonist"),
        ("stat1stics", "stat1stics"),
        ("", ""),
    ],
)
def test_short_forms_are_written_out_and_slips_mended(small: Wording, typed: str, meant: str) -> None:
    assert small.read(typed) == meant


@pytest.mark.parametrize("text", ["Aİ", "aı", "İ aİ"])
def test_letters_that_only_resemble_a_short_form_do_no_harm(small: Wording, text: str) -> None:
    assert small.read(text) == text


def test_what_the_library_says_is_right_and_meant() -> None:
    wording = Wording({"machine learning": ["ml"]}, spelling("langshin"))
    assert wording.read("langchin") == "langshin"

    wording.learn("LangChain is a library.")

    assert wording.knows("LANGCHAIN")
    assert wording.read("langchain and langchin") == "langchain and langchain"


def test_what_is_learnt_apart_stays_apart() -> None:
    wording = Wording({"machine learning": ["ml"]}, spelling("langshin", "tensor"))
    apart = wording.apart()
    apart.learn("LangChain")

    assert apart.read("langchin of tensr in ml") == "langchain of tensor in machine learning"
    assert not wording.knows("langchain")
    assert wording.read("langchin") == "langshin"

    wording.learn("Kubeflow")
    assert apart.read("kubeflw") == "kubeflow"


@pytest.mark.parametrize(
    "text", ["is chatgpt better", "frontend and django", "hadoop, nvidia and kotlin", "zürich", "xyzsofts"]
)
def test_names_and_what_is_like_nothing_stay(wording: Wording, text: str) -> None:
    assert wording.read(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"), [("frontedn", "frontend"), ("univercity", "university"), ("exprience", "experience")]
)
def test_slips_in_words_and_names_are_mended(wording: Wording, typed: str, meant: str) -> None:
    assert wording.read(typed) == meant


@given(st.text())
def test_any_text_can_be_read_and_no_word_is_dropped(wording: Wording, text: str) -> None:
    assert len(wording.read(text).split()) >= len(text.split())


@given(st.lists(st.sampled_from(["which", "skills", "does", "an", "engineer", "need", "for", "statistics"])))
def test_right_words_are_left_alone(wording: Wording, words: list[str]) -> None:
    assert wording.read(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how do i swtich to ml", "how do i switch to machine learning"),
        ("is Kubernets needed", "is kubernetes needed"),
        ("C++ vs C#", "C++ vs C#"),
        ("should a swe bother", "should a software engineer bother"),
    ],
)
def test_the_project_reads_what_people_type(wording: Wording, typed: str, meant: str) -> None:
    assert wording.read(typed) == meant


def test_content_words_say_what_a_text_is_about() -> None:
    assert content_words("What's the best way to learn C++, please?") == ["best", "learn", "c++"]
    assert content_words("And what about it? Don’t you know?") == []
    assert content_words("") == []
