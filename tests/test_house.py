"""The rules of the house, held over the sources themselves."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from bot.config import Settings

ROOT = Path(__file__).parent.parent
# Each room, and the rooms it may not import.
FORBIDDEN = {"knowledge": {"bot", "retrieval", "tests"}, "retrieval": {"bot", "tests"}, "bot": {"tests"}}
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for room in FORBIDDEN
    for path in sorted((ROOT / room).rglob("*.py"))
}
MOST_LINES = 400
# What takes a second or more to import, or drags in what does.
HEAVY = {
    "torch",
    "chromadb",
    "sentence_transformers",
    "sqlalchemy",
    "langchain_core",
    "transformers",
    "pydantic",
}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs: everything but the imports that only a type checker sees."""
    for child in ast.iter_child_nodes(node):
        if not is_type_checking(child):
            yield child
            yield from running(child)


@cache
def imports_of(module: str) -> set[str]:
    """Name what a module imports: modules, and for `from a import b` also `a.b`."""
    names: set[str] = set()
    for node in running(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{module} imports by a relative path"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("module", SOURCES)
def test_imports_run_one_way(module: str) -> None:
    forbidden = FORBIDDEN[module.partition(".")[0]]

    assert not {name for name in imports_of(module) if name.partition(".")[0] in forbidden}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: imports_of(module) & SOURCES.keys() for module in SOURCES}

    assert set(TopologicalSorter(graph).static_order()) == set(SOURCES)


def test_only_the_settings_read_the_environment() -> None:
    reads = re.compile(r"\b(?:environb?|getenvb?)\b")
    readers = {
        module
        for module, path in SOURCES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name | ast.alias) and reads.search(ast.unparse(node))
    }

    assert readers <= {"bot.config"}


def test_only_the_discord_front_end_knows_discord() -> None:
    knowing = {
        module
        for module in SOURCES
        if any(name.partition(".")[0] == "discord" for name in imports_of(module))
    }

    assert not {module for module in knowing if not module.startswith("bot.frontends.discord")}


def test_the_front_ends_are_known_by_the_command_line_alone() -> None:
    knowing = {
        module
        for module in SOURCES
        if not module.startswith("bot.frontends")
        if any(name.startswith("bot.frontends.") for name in imports_of(module))
    }

    assert knowing <= {"bot.cli"}


@pytest.mark.parametrize("module", SOURCES)
def test_no_module_is_too_long_to_read(module: str) -> None:
    assert len(SOURCES[module].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_example_of_settings_lists_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = re.findall(r"^# ?(?:COACH_)?([A-Z_]+)=", example, re.MULTILINE)

    assert sorted(name.lower() for name in names) == sorted(Settings.model_fields)


def test_help_waits_for_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['career-coach', '--help']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "finally: print('loaded', *sorted(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert "career-coach chat" in ran.stdout
    loaded = ran.stderr.split()
    assert "bot.cli" in loaded
    assert not HEAVY.intersection(loaded)


def test_without_a_chat_model_no_client_of_one_is_imported_and_nothing_that_the_sandbox_reads_with() -> None:
    code = "import sys, bot.app, bot.doctor; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    loaded = ran.stdout.split()
    assert not {"openai", "anthropic", "ollama", "langchain", "langchain_openai"}.intersection(loaded)
    assert not {"pypdf", "mammoth", "trafilatura", "lxml"}.intersection(loaded)
