from __future__ import annotations

import threading

import pytest

from retrieval.lexical import WordIndex

TEXTS = {
    "python": "Python is the language of machine learning. Python, Python.",
    "maths": "Linear algebra and statistics are the maths of machine learning.",
    "c++": "C++ is used where speed matters.",
    "c#": "C# is used in games.",
    "café": "Meet engineers in a café.",
}


@pytest.fixture
def words() -> WordIndex:
    index = WordIndex()
    index.add(TEXTS.items())
    return index


def test_an_empty_index_finds_nothing() -> None:
    assert dict(WordIndex().nearest("python", 5)) == {}


def test_chunks_are_found_by_shared_words_the_best_first(words: WordIndex) -> None:
    found = words.nearest("python for machine learning", 5)

    assert list(found) == ["python", "maths"]
    assert found["python"] > found["maths"] > 0


@pytest.mark.parametrize(
    ("question", "chunk"),
    [
        ("STATISTICAL?", "maths"),
        ("speeding", "c++"),
        ("c++", "c++"),
        ("C#", "c#"),
        ("cafe", "café"),
    ],
)
def test_case_endings_and_accents_do_not_matter_but_names_stay_whole(
    words: WordIndex, question: str, chunk: str
) -> None:
    assert list(words.nearest(question, 5)) == [chunk]


@pytest.mark.parametrize("question", ["", "  ", "?!", "is the of and", "zebra", "c"])
def test_a_question_without_a_shared_word_finds_nothing(words: WordIndex, question: str) -> None:
    assert dict(words.nearest(question, 5)) == {}


@pytest.mark.parametrize(
    "question", ['"python', "text:python AND (", "python~2^", "-python +", "[a TO z] python"]
)
def test_a_question_is_never_read_as_a_query_language(words: WordIndex, question: str) -> None:
    assert list(words.nearest(question, 5)) == ["python"]


def test_no_more_than_asked_for_is_returned(words: WordIndex) -> None:
    assert list(words.nearest("python machine learning", 1)) == ["python"]


def test_rare_words_count_more(words: WordIndex) -> None:
    rarity = words.rarity(words.terms("machine python zebra"))

    assert 0 < rarity["machin"] < rarity["python"] < rarity["zebra"]


def test_terms_are_stemmed_and_each_named_once(words: WordIndex) -> None:
    assert words.terms("The learners learn, learning C++!") == ["learner", "learn", "c++"]


def test_what_is_removed_is_not_found_and_what_is_added_is(words: WordIndex) -> None:
    words.remove(["python", "unknown"])
    words.add([("rust", "Rust is a language too.")])

    assert list(words.nearest("python", 5)) == []
    assert list(words.nearest("rust", 5)) == ["rust"]
    assert list(words.nearest("maths", 5)) == ["maths"]


def test_removing_nothing_and_adding_nothing_change_nothing(words: WordIndex) -> None:
    words.remove([])
    words.add([])

    assert list(words.nearest("python", 5)) == ["python"]


def test_an_id_is_matched_whole() -> None:
    words = WordIndex()
    words.add([("maths@1.1", "algebra"), ("maths@1.10", "algebra"), ("Maths@1.1", "algebra")])

    words.remove(["maths@1.1"])

    assert set(words.nearest("algebra", 5)) == {"maths@1.10", "Maths@1.1"}


def test_what_is_replaced_leaves_every_weight_as_it_was() -> None:
    index = WordIndex()
    texts = [(f"c{n}", f"machine learning engineer {'of data' * (n % 2)}") for n in range(10)]
    index.add(texts)
    before = index.rarity(["machin", "data"])

    index.add([(f"new-{chunk_id}", text) for chunk_id, text in texts[:4]])
    index.remove([chunk_id for chunk_id, _ in texts[:4]])

    after = index.rarity(["machin", "data"])
    assert after == pytest.approx(before, rel=0.6)
    assert min(after.values()) > 0
    found = index.nearest("machine learning engineer", 10)
    assert 0 < sum(found.values()) / len(found) / sum(index.rarity(["machin", "learn", "engin"]).values()) < 3


def test_a_search_while_chunks_come_and_go_sees_one_state_whole(words: WordIndex) -> None:
    ended = threading.Event()

    def change() -> None:
        for n in range(60):
            words.add([(f"new{n}", "python")])
            words.remove([f"new{n}"])
        ended.set()

    changing = threading.Thread(target=change)
    changing.start()
    while not ended.is_set():
        assert "python" in words.nearest("python", 5)
    changing.join()
