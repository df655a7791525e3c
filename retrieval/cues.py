"""What follow-ups look like: the patterns of `prompts/followups.yaml` by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.yamls import read_yaml
from retrieval.prompts import PROMPTS

Cues = Mapping[str, re.Pattern[str]]


def load_cues() -> Cues:
    """Read the patterns; any of a name's patterns will do."""
    data = read_yaml(PROMPTS / "followups.yaml")
    opening = data.pop("opening")
    return {
        name: re.compile("|".join(patterns).replace("{opening}", opening), re.IGNORECASE)
        for name, patterns in data.items()
    }
