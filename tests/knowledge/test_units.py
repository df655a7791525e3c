from __future__ import annotations

import pytest

from knowledge.units import Unit, split_units


def texts(body: str) -> list[str]:
    return [unit.text for unit in split_units(body)]


def test_a_paragraph_is_cut_into_sentences() -> None:
    assert split_units("Learn Python first. Then build something!\nWhy wait?") == (
        Unit("sentence", "Learn Python first.", 0),
        Unit("sentence", "Then build something!", 0),
        Unit("sentence", "Why wait?", 0),
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith teaches statistics.",
        "Use a tool, e.g. PyTorch, for deep learning.",
        "Pick one role, i.e. the one you like.",
        "Many jobs are in the U.S. today.",
        "Version 3.11 of Python is enough.",
        "Compare scikit-learn vs. TensorFlow for small data.",
        "Read example.com first.",
    ],
)
def test_abbreviations_and_numbers_do_not_end_a_sentence(sentence: str) -> None:
    assert texts(f"{sentence} Another one follows.") == [sentence, "Another one follows."]


def test_marks_are_taken_off_and_their_text_stays() -> None:
    body = "Use **Python**, *really*, with `numpy.array` and [the course](https://example.com/a)."

    assert texts(body) == ["Use Python, really, with numpy.array and the course."]


def test_a_picture_is_read_by_its_description() -> None:
    assert texts("See ![the loss curve](loss.png) here.") == ["See the loss curve here."]


def test_line_breaks_inside_a_sentence_become_spaces() -> None:
    assert texts("One sentence\nover two  \nor three lines.") == ["One sentence over two or three lines."]


def test_each_list_item_is_a_unit_of_one_block() -> None:
    assert split_units("Skills:\n\n- Python. And more.\n- Statistics\n\nDone.") == (
        Unit("sentence", "Skills:", 0),
        Unit("item", "Python. And more.", 1),
        Unit("item", "Statistics", 1),
        Unit("sentence", "Done.", 2),
    )


def test_nested_lists_stay_in_reading_order_and_in_one_block() -> None:
    body = "1. Learn\n   - Python\n   - SQL\n     1. joins\n2. Build\n\nAfter."

    assert split_units(body) == (
        *(Unit("item", text, 0) for text in ("Learn", "Python", "SQL", "joins", "Build")),
        Unit("sentence", "After.", 1),
    )


def test_an_item_of_two_paragraphs_gives_both() -> None:
    assert texts("- First\n\n  More of it\n- Second") == ["First", "More of it", "Second"]


def test_a_table_of_two_columns_reads_as_name_and_value() -> None:
    body = "| Role | Needs |\n|---|---|\n| Data Scientist | Statistics |\n| **MLE** | `Python` |"

    assert split_units(body) == (
        Unit("row", "Data Scientist: Statistics", 0),
        Unit("row", "MLE: Python", 0),
    )


def test_a_table_of_three_columns_names_each_value() -> None:
    body = "| Role | Builds | Needs |\n|---|---|---|\n| MLE | Systems | Python |"

    assert texts(body) == ["MLE – Builds: Systems; Needs: Python"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("| MLE |  | Python |", "MLE – Needs: Python"),
        ("| MLE | Systems |  |", "MLE – Builds: Systems"),
        ("| MLE |  |  |", "MLE"),
        ("|  | Systems |  |", "Builds: Systems"),
    ],
)
def test_empty_cells_leave_no_empty_names(row: str, text: str) -> None:
    assert texts(f"| Role | Builds | Needs |\n|---|---|---|\n{row}") == [text]


def test_an_empty_cell_beside_a_name_leaves_the_name() -> None:
    assert texts("| Role | Needs |\n|---|---|\n| MLE |  |\n|  | Python |\n|  |  |") == ["MLE", "Python"]


def test_an_item_without_text_is_no_unit() -> None:
    assert texts("- Python\n- ![](python.png)\n- SQL") == ["Python", "SQL"]


def test_a_table_of_one_column_reads_as_a_list() -> None:
    assert texts("| Role |\n|---|\n| MLE |\n| Data Scientist |") == ["MLE", "Data Scientist"]


def test_blocks_are_numbered_in_reading_order() -> None:
    body = "One.\n\n- Two\n\n| A | B |\n|---|---|\n| c | d |\n\n> Quoted.\n\nLast."

    assert [(unit.kind, unit.block) for unit in split_units(body)] == [
        ("sentence", 0),
        ("item", 1),
        ("row", 2),
        ("sentence", 3),
        ("sentence", 4),
    ]


def test_words_are_counted_by_spaces() -> None:
    assert Unit("sentence", "End-to-end work, i.e. all of it.", 0).words == 6


def test_nothing_gives_no_units() -> None:
    assert split_units(" \n\n") == ()
