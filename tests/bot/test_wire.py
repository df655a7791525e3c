from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply import Message, Reply
from bot.wire import (
    DEFAULT_CHANNEL,
    LineError,
    error_fields,
    passage_fields,
    read_message,
    read_query,
    reply_fields,
    to_line,
)
from knowledge.library import StoredChunk
from knowledge.units import split_units
from retrieval.answer import Citation, Passage
from retrieval.embeddings import SentenceEmbeddings

FIELDS = ["user", "text", "kind", "answer", "citations", "suggestions", "retrieved", "ms"]


@pytest.fixture(scope="module")
def passage(embeddings: SentenceEmbeddings) -> Passage:
    quote = "Learn **maths**."
    vectors = embeddings.encode([quote, "Learn maths."])
    chunk = StoredChunk(
        "maths@1.0", "maths", "Maths", "Why", (), "A. Writer", quote, split_units(quote), vectors
    )
    return Passage(chunk, 0.123456, vectors)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"user": "ada", "text": "hi"}', Message("ada", DEFAULT_CHANNEL, "hi")),
        ('{"user": "ada", "channel": "two", "text": "hi"}', Message("ada", "two", "hi")),
        (' {"text": "", "user": "ada", "mood": 3}\r', Message("ada", DEFAULT_CHANNEL, "")),
        ('{"user": "ada", "text": "\\ud83d\\ude42"}', Message("ada", DEFAULT_CHANNEL, "🙂")),
        ('{"user": "\\ud83d", "text": "a \\ude42"}', Message("?", DEFAULT_CHANNEL, "a ?")),
    ],
)
def test_a_message_is_read(line: str, message: Message) -> None:
    assert read_message(line) == message


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ('{"user": "ada", "text": "hi"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["ada", "hi"]', "JSON object"),
        ("null", "JSON object"),
        ('{"text": "hi"}', "“user” is missing"),
        ('{"user": "", "text": "hi"}', "“user” is missing"),
        ('{"user": 7, "text": "hi"}', "“user” is missing or not text"),
        ('{"user": "ada"}', "“text” is missing"),
        ('{"user": "ada", "text": null}', "“text” is missing"),
        ('{"user": "ada", "channel": null, "text": "hi"}', "“channel” is missing or not text"),
        ('{"user": "ada", "channel": "", "text": "hi"}', "“channel” is missing"),
    ],
)
def test_a_line_that_is_no_message_is_told_what_is_wrong(line: str, problem: str) -> None:
    with pytest.raises(LineError, match=problem):
        read_message(line)


@given(st.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    with pytest.raises(LineError):
        read_message(line)


def test_a_query_is_read_with_its_own_number_or_the_usual_one() -> None:
    assert read_query('{"text": "maths"}', 8) == ("maths", 8)
    assert read_query('{"text": "", "k": 3}', 8) == ("", 3)


@pytest.mark.parametrize("k", ["0", "-1", "1.5", "true", '"3"', "null"])
def test_a_number_of_results_that_is_none_is_refused(k: str) -> None:
    with pytest.raises(LineError, match="whole number from 1"):
        read_query(f'{{"text": "maths", "k": {k}}}', 8)


def test_a_reply_is_written_with_all_there_is_to_check_it(passage: Passage) -> None:
    citation = Citation(1, "Maths", "Why", "A. Writer", "Learn **maths**.")
    reply = Reply("answer", "Learn maths [1].", (citation,), ("Why?",), None, (passage,))

    fields = reply_fields(Message("ada", "here", "what?"), reply, 12.345)

    assert fields == {
        "user": "ada",
        "text": "what?",
        "kind": "answer",
        "answer": "Learn maths [1].",
        "citations": [
            {
                "marker": 1,
                "guide": "Maths",
                "section": "Why",
                "source": "A. Writer",
                "link": "",
                "quote": "Learn **maths**.",
            }
        ],
        "suggestions": ["Why?"],
        "retrieved": [{"guide": "Maths", "section": "Why", "score": 0.1235}],
        "ms": 12.3,
    }
    assert list(fields) == FIELDS


def test_a_bad_line_is_written_in_the_same_shape() -> None:
    fields = error_fields("“user” is missing or not text", '{"text": "hi"}')

    assert list(fields) == FIELDS
    assert (fields["kind"], fields["user"], fields["text"]) == ("error", None, '{"text": "hi"}')
    assert fields["answer"] == "“user” is missing or not text"


def test_a_search_result_is_written_with_its_text(passage: Passage) -> None:
    assert passage_fields(passage) == {
        "guide": "Maths",
        "section": "Why",
        "source": "A. Writer",
        "score": 0.1235,
        "text": "Learn **maths**.",
    }


@given(st.text(), st.text())
def test_whatever_is_written_is_one_line_and_reads_back(user: str, text: str) -> None:
    fields = reply_fields(Message(user, "here", text), Reply("chat", text), 0.0)

    line = to_line(fields)

    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line) == fields
