"""The patterns by which messages are cut into claims: how English says what one likes, knows and lacks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from knowledge.yamls import read_yaml

_PROMPT = Path(__file__).parents[2] / "prompts" / "clauses.yaml"


def load_patterns(path: Path = _PROMPT) -> tuple[dict[str, re.Pattern[str]], re.Pattern[str]]:
    """Read the patterns, and the one that breaks sentences."""
    data: dict[str, Any] = read_yaml(path)
    words = {name: "|".join(some) for name, some in data.pop("words").items()}
    breaks = data.pop("breaks")

    def filled(patterns: list[str]) -> str:
        one = "|".join(patterns)
        for name, some in words.items():
            one = one.replace(f"{{{name}}}", some)
        return one

    gaps = "|".join(f"(?P<{link}>{filled(patterns)})" for link, patterns in breaks.items())
    found = {name: re.compile(filled(patterns), re.IGNORECASE) for name, patterns in data.items()}
    return found, re.compile(rf"\s*(?:{gaps})", re.IGNORECASE)
