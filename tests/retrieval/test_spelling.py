from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.spelling import Spelling, Spelt, english_words

WORDS = st.text("abc", min_size=1, max_size=6)


def slips_between(one: str, other: str) -> int:
    """Count slips as in a textbook: letters put, left out, changed, or swapped with the next."""
    table = {(n, 0): n for n in range(len(one) + 1)} | {(0, n): n for n in range(len(other) + 1)}
    for n, mine in enumerate(one, 1):
        for m, theirs in enumerate(other, 1):
            ways = [table[n - 1, m] + 1, table[n, m - 1] + 1, table[n - 1, m - 1] + (mine != theirs)]
            if n > 1 and m > 1 and mine == other[m - 2] and one[n - 2] == theirs:
                ways.append(table[n - 2, m - 2] + 1)
            table[n, m] = min(ways)
    return table[len(one), len(other)]


@given(st.dictionaries(WORDS, st.integers(1, 5), max_size=30), WORDS)
def test_the_nearest_word_is_that_of_comparing_with_all(counts: dict[str, int], typed: str) -> None:
    others = {word: count for word, count in counts.items() if word != typed}
    spelling = Spelling(others)

    found = spelling.nearest(typed, 2)

    apart = {word: slips_between(typed, word) for word in others}
    near = [word for word in others if apart[word] <= 2]
    best = min(near, key=lambda word: (apart[word], -others[word], word), default=None)
    assert found == (Spelt(best, apart[best], others[best]) if best else None)


def test_a_word_learnt_is_known_and_as_common_as_it_was_learnt_often() -> None:
    spelling = Spelling({"tensor": 3})
    assert spelling.nearest("tensr", 1) == Spelt("tensor", 1, 3)
    assert "tenser" not in spelling

    spelling.learn("tenser", 2)
    assert "tenser" in spelling
    assert spelling.nearest("tensr", 1) == Spelt("tensor", 1, 3)

    spelling.learn("tenser", 2)
    assert spelling.count("tenser") == 4
    assert spelling.nearest("tensr", 1) == Spelt("tenser", 1, 4)


def test_letters_of_any_script_are_told_apart() -> None:
    spelling = Spelling({"naïveté": 1, "привет": 1, "c++": 1})

    assert spelling.nearest("naivete", 2) == Spelt("naïveté", 2, 1)
    assert spelling.nearest("превет", 1) == Spelt("привет", 1, 1)
    assert spelling.nearest("hello", 2) is None


def test_an_empty_dictionary_knows_nothing() -> None:
    assert Spelling().nearest("word", 2) is None


def test_the_english_dictionary_says_how_common_words_are() -> None:
    english = english_words()

    assert english["the"] > english["statistics"] > 0
