"""What a moderator hands in: files, folders, addresses, pasted text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from knowledge.errors import CoachError
from knowledge.loaders.document import ENDINGS, MOST_BYTES, NOTHING_SAID, Provenance
from knowledge.loaders.markdown import ASKS_ENDING
from knowledge.sources import SourceKind

_MOST_NAME = 120


class ItemError(CoachError):
    """Something that cannot be added; the text says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to add. `origin` is its URL or its name; a URL has no `data` yet.

    `provenance` is what the moderator says of it, before what it says itself; `asks` is the text
    of the file of questions beside a Markdown file.
    """

    kind: SourceKind
    origin: str
    data: bytes = field(default=b"", repr=False)
    provenance: Provenance = NOTHING_SAID
    asks: str = ""


def attachment(name: str, data: bytes, provenance: Provenance = NOTHING_SAID) -> Item:
    """Take a file by its name and bytes; of the name only its last, visible part is used."""
    return Item("file", safe_name(name), data, provenance)


def page(url: str, provenance: Provenance = NOTHING_SAID) -> Item:
    """Take an address, to be read now and again at every refresh."""
    return Item("url", url.strip(), provenance=provenance)


def pasted(title: str, text: str, provenance: Provenance = NOTHING_SAID) -> Item:
    """Take text under a title."""
    said = provenance.completed_by(Provenance(title=title.strip()))
    return Item("text", safe_name(title), text.encode(errors="replace"), said)


def from_arguments(arguments: Sequence[str], provenance: Provenance) -> list[Item]:
    """Take paths and URLs as the command line names them; folders are read whole.

    Raises:
        ItemError: a path is not there, or a folder holds nothing that can be read.

    """
    return [item for argument in arguments for item in _of_argument(argument, provenance)]


def _of_argument(argument: str, provenance: Provenance) -> Iterator[Item]:
    if "://" in argument:
        yield page(argument, provenance)
        return
    path = Path(argument)
    try:
        if path.is_dir():
            yield from _of_folder(path, provenance)
        else:
            yield Item("file", safe_name(path.name), _bytes(path), provenance, _asks(path))
    except OSError as error:
        raise ItemError(f"“{argument}” cannot be read ({error.strerror}).") from error


def _of_folder(folder: Path, provenance: Provenance) -> Iterator[Item]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    readable = [path for path in files if path.suffix.lower() in ENDINGS]
    if not readable:
        raise ItemError(f"There is nothing in “{folder}” that can be read: {', '.join(ENDINGS)}.")
    for path in readable:
        yield Item("file", safe_name(str(path.relative_to(folder))), _bytes(path), provenance, _asks(path))


def _bytes(path: Path) -> bytes:
    # One byte more than is allowed shows that a file is too large without reading it all.
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _asks(path: Path) -> str:
    """Read the questions that lie beside a guide; one of the folder's own, so it is trusted as such."""
    beside = path.with_suffix(ASKS_ENDING)
    if path.suffix.lower() != ".md" or not beside.is_file():
        return ""
    return _bytes(beside).decode("utf-8", "replace")


def safe_name(name: str) -> str:
    """Return a name that leads nowhere and shows nothing but itself."""
    parts = [part for part in PurePath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    seen = "".join(character for character in "/".join(parts) if character.isprintable())
    return seen[-_MOST_NAME:] or "document"
