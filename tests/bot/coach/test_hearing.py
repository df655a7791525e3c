from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.hearing import (
    FOREIGN,
    MAX_CHARACTERS,
    NOTHING,
    TOO_LONG,
    Hearing,
    Unclear,
    clean_text,
    has_topic,
)
from retrieval.wording import Wording


@pytest.fixture(scope="module")
def hearing(wording: Wording) -> Hearing:
    return Hearing(wording)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t \r\n",
        "👍",
        "🙂🙃",
        "👩‍👩‍👧‍👦",
        "?!…",
        "...",
        "\x00\x07",
        "\u200b\u200d\ufeff",
        "@everyone",
        "<@123456789>",
    ],
)
def test_a_message_without_words_is_asked_about(hearing: Hearing, text: str) -> None:
    assert hearing.hear(text) == Unclear(NOTHING)


def test_a_message_may_be_as_long_as_the_limit(hearing: Hearing) -> None:
    longest = "What maths do I need? ".ljust(MAX_CHARACTERS, "a")

    assert hearing.hear(longest) == longest


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000])
def test_a_longer_one_is_sent_back_with_the_limit(hearing: Hearing, length: int) -> None:
    heard = hearing.hear("maths " * length)

    assert heard == Unclear(TOO_LONG)
    assert f"{MAX_CHARACTERS:,}" in TOO_LONG


def test_a_number_alone_is_heard_because_it_may_pick_an_offer(hearing: Hearing) -> None:
    assert hearing.hear(" 2. ") == "2."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  what \t maths?  ", "what maths?"),
        ("one\r\n\r\n\n two", "one\ntwo"),
        ("ma\x00ths\x1b[31m", "maths[31m"),
        ("maths\x85?", "maths?"),
        ("\u202ewhat\u202c \u2066maths\u2069\u200f?", "what maths?"),
        ("m\u200ba\u2060t\ufeffh\u00ads?", "maths?"),
        ("maths?\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065", "maths?"),
        ("maths \ud83d?", "maths ?"),
        ("\ue000maths\U00010fff", "maths"),
        ("क्\u200dष", "क्\u200dष"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f"),
        ("re\u0301sume\u200b\u0301", "résumé"),
        ("@everyone what about @here maths?", "what about maths?"),
        ("<@123> and <@!45>, <@&6> in <#789>: maths?", "and , in : maths?"),
        ("mail ada@example.com", "mail ada@example.com"),
        ("**maths** in `numpy`, _please_\n- [this](https://example.com)\n> that", None),
        ("a < b and <@home>", None),
    ],
)
def test_only_what_is_meant_to_be_read_stays(typed: str, meant: str | None) -> None:
    assert clean_text(typed) == (typed if meant is None else meant)


@given(st.text())
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert clean == clean.strip()


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=80))
def test_any_text_can_be_heard(hearing: Hearing, text: str) -> None:
    heard = hearing.hear(text)

    assert isinstance(heard, Unclear) or heard == clean_text(text) != ""


@pytest.mark.parametrize(
    "text",
    [
        "Welche Mathematik brauche ich für maschinelles Lernen?",
        "Ich möchte gerne in die künstliche Intelligenz wechseln, was muss ich tun?",
        "¿Qué matemáticas necesito para el aprendizaje automático?",
        "necesito un doctorado para trabajar en inteligencia artificial?",
        "機械学習に転職したいです。何から始めればいいですか？",
        "機械学習",
        "Какая математика нужна для машинного обучения?",
        "привет",
        "o que faz um cientista de dados",
        "Quais habilidades são necessárias para aprendizado de máquina?",
        "je suis développeur et je veux changer pour le machine learning",
        "मशीन लर्निंग क्या है",
        "ما هو التعلم الآلي",
        "机器学习需要什么数学",
        "머신러닝을 배우고 싶어요",
    ],
)
def test_another_language_is_told_which_one_is_spoken_here(hearing: Hearing, text: str) -> None:
    assert hearing.hear(text) == Unclear(FOREIGN)
    assert "English" in FOREIGN


@pytest.mark.parametrize(
    "text",
    [
        "i wnat to lern machin lerning wat shuld i studdy",
        "whta sklls doo i nede to becom a dta scintist",
        "pls hlp me swich form bakend to mashine lernin",
        "im frm frontnd, react typscript nextjs graphql, culd i transiton",
        "linaer algbra calculs statistcs whch frst",
        "aplied ml enginer or data scintist wich iz betr",
        "cn u tel me abt resarch scientst",
        "intervew prepration tipps plz",
        "hw mch mth do i ned fr ml",
    ],
)
def test_misspelt_english_is_not_taken_for_another_language(hearing: Hearing, text: str) -> None:
    assert hearing.hear(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "mlops",
        "résumé tips please",
        "naïve Bayes",
        "jax vs pytorch",
        "mlops sre k8s",
        "kubernetes, pytorch, tensorflow, numpy or pandas?",
        "My name is Krzysztof Müller-Núñez and I work in Düsseldorf. What maths do I need?",
        "ich bin",
    ],
)
def test_names_and_short_texts_are_given_the_benefit_of_the_doubt(hearing: Hearing, text: str) -> None:
    assert hearing.hear(text) == text


@pytest.mark.parametrize("text", ["and?", "what about it then", "yes please", "why?", "2", "2 + 2"])
def test_words_that_carry_no_topic_are_none(text: str) -> None:
    assert not has_topic(text)


@pytest.mark.parametrize("text", ["what maths do I need?", "k8s", "and salaries?"])
def test_a_word_that_says_what_it_is_about_is_a_topic(text: str) -> None:
    assert has_topic(text)
