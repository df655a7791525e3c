"""YAML, read by the parser in C where PyYAML was built with it: it takes a tenth of the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


def parse_yaml(text: str) -> Any:  # noqa: ANN401 - what YAML holds
    """Read YAML.

    Raises:
        yaml.YAMLError: it is none.
        ValueError: a value has the form of a date and is none.

    """
    return yaml.load(text, Loader=_Loader)  # the safe loader, by either name # nosec B506


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - what YAML holds
    """Read a file of YAML."""
    return parse_yaml(path.read_text(encoding="utf-8"))
