"""Telling kinds of texts apart, with examples whose meaning and form are made up."""

from __future__ import annotations

import numpy as np

from retrieval.kinds import Kinds, Texts

UP, ASIDE = [1.0, 0.0], [0.0, 1.0]


def texts(*rows: tuple[str, list[float], list[float]]) -> Texts:
    words, vectors, forms = zip(*rows, strict=True)
    return Texts(words, np.array(vectors, np.float32), np.array(forms, np.float32))


def leaning(kinds: Kinds, words: str, vector: list[float], form: list[float]) -> str:
    leans = kinds.leans(texts((words, vector, form)))
    return max(leans, key=leans.__getitem__)


def test_words_tell_where_meaning_and_form_do_not() -> None:
    examples = texts(
        ("who are you", UP, [0]), ("who is it", UP, [0]), ("give it me", UP, [0]), ("give up", UP, [0])
    )
    kinds = Kinds(examples, ["question", "question", "order", "order"])

    assert leaning(kinds, "who was that", UP, [0]) == "question"
    assert leaning(kinds, "give it back", UP, [0]) == "order"


def test_meaning_tells_where_no_word_is_known() -> None:
    kinds = Kinds(texts(("a", UP, [0]), ("b", ASIDE, [0])), ["tall", "wide"])

    assert leaning(kinds, "c", UP, [0]) == "tall"
    assert leaning(kinds, "c", ASIDE, [0]) == "wide"


def test_form_tells_where_nothing_else_does() -> None:
    kinds = Kinds(texts(("a", UP, [1, 1]), ("b", UP, [0, 0])), ["asks", "tells"])

    assert leaning(kinds, "c", UP, [1, 1]) == "asks"
    assert leaning(kinds, "c", UP, [0, 0]) == "tells"


def test_a_kind_with_few_examples_is_not_drowned_by_others() -> None:
    kinds = Kinds(texts(("a", UP, [0]), *[("b", ASIDE, [0.0])] * 30), ["rare", *["common"] * 30])

    assert leaning(kinds, "c", [0.8, 0.6], [0]) == "rare"
    assert leaning(kinds, "c", [0.0, 1.0], [0]) == "common"


def test_shares_say_how_likely_each_kind_is() -> None:
    kinds = Kinds(
        Texts.without_form(["a", "b"], np.array([UP, ASIDE], np.float32)), ["tall", "wide"], in_order=False
    )

    shares = kinds.shares(Texts.without_form(["c", "d"], np.array([UP, ASIDE], np.float32)))

    assert np.allclose(shares.sum(axis=1), 1)
    assert shares.argmax(axis=1).tolist() == [0, 1]


def test_the_order_of_words_matters_only_where_it_shall() -> None:
    words = ["dog bites man", "dog bites man", "man bites dog", "man bites dog"]
    kinds = ["news", "news", "usual", "usual"]
    texts_ = Texts.without_form(words, np.array([UP] * 4, np.float32))
    turned = Texts.without_form(["man bites dog", "dog bites man"], np.array([UP] * 2, np.float32))

    ordered, unordered = (Kinds(texts_, kinds, in_order=order).shares(turned) for order in (True, False))

    assert not np.allclose(ordered[0], ordered[1])
    assert np.array_equal(unordered[0], unordered[1])
