"""Prompts, and how texts of others go into them: as data, never as part of the prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from langchain_core.prompts import ChatPromptTemplate

PROMPTS = Path(__file__).parent.parent / "prompts"


def load_prompt(name: str) -> ChatPromptTemplate:
    """Read `prompts/<name>.md`; its data are the value `data`."""
    text = (PROMPTS / f"{name}.md").read_text(encoding="utf-8")
    return ChatPromptTemplate.from_messages([("system", text), ("human", "{data}")])


def fenced(values: Mapping[str, object]) -> str:
    """Write values as JSON in which no text can end the fence or look like markup."""
    text = json.dumps(values, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e")
