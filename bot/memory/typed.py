"""The lines typed in the terminal, a file for each person, for the arrow keys."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_TYPED = "+"


def typed_path(folder: Path, user: str) -> Path:
    """Name a person's file in the data folder; a user's name may hold what a file's may not."""
    return folder / f"history-{sha256(user.encode()).hexdigest()[:32]}"


def typed_lines(folder: Path, user: str) -> list[str]:
    """Read what a person typed, oldest first."""
    path = typed_path(folder, user)
    written = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return [line.removeprefix(_TYPED) for line in written if line.startswith(_TYPED)]


def erase_typed(folder: Path, user: str) -> int:
    """Delete what a person typed; return how many lines that was."""
    count = len(typed_lines(folder, user))
    typed_path(folder, user).unlink(missing_ok=True)
    return count
