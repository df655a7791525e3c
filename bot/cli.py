"""The command line: one function per command.

Heavy modules are imported inside the commands that need them, so that --help is quick.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from knowledge.errors import CoachError

if TYPE_CHECKING:
    from bot.config import Settings

app = typer.Typer(
    name="career-coach",
    help="A coach for software engineers on the way into machine learning.\n\n"
    "It answers from guides that anyone can open and check, on this machine, with no API key. "
    "Begin with `career-coach chat`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
kb = typer.Typer(help="Look into the knowledge base, and change it.", no_args_is_help=True)
app.add_typer(kb, name="kb")
privacy = typer.Typer(help="Hand over or delete what is kept of a person.", no_args_is_help=True)
app.add_typer(privacy, name="privacy")

db = typer.Typer(help="Look after the database: up to date, moved, backed up.", no_args_is_help=True)
app.add_typer(db, name="db")

Whose = Annotated[str, typer.Option("--user", help="Whose: the name in the terminal, the id in Discord.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]


def main() -> None:
    """Run the command line; a fault a person can mend is one plain sentence."""
    try:
        app()
    except CoachError as error:
        typer.echo(f"{error} See: career-coach {error.see}" if error.see else str(error), err=True)
        raise SystemExit(1) from None


def _settings() -> Settings:
    from bot.config import load_settings

    return load_settings()


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:  # the reader of our output has gone; there is nobody to tell
        sys.stderr.close()
        raise SystemExit(0) from None


@app.command()
def chat(
    user: Annotated[str, typer.Option(help="Whose conversation this is.")] = "me",
) -> None:
    """Talk with the coach. With input from a pipe: a message a line, plain text back."""
    from bot.frontends.terminal.chat import chat_with

    _run(chat_with(_settings(), user))


@app.command("bot")
def run_bot(
    shards: Annotated[
        str,
        typer.Option(
            help="Which shards of a large bot this process takes: 0-3/16 are the first four of sixteen. "
            "Default: the whole bot."
        ),
    ] = "0/1",
) -> None:
    """Bring the coach into Discord; DISCORD_TOKEN must be set."""
    from bot.fleet.shards import Shards

    taken = Shards.parse(shards)
    from bot.frontends.discord.run import run
    from bot.stopping import until_stopped

    _run(until_stopped(run(_settings(), taken)))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotes.")] = None,
    *,
    as_json: AsJson = False,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Read `{"user", "channel"?, "text"}` a line, write a line for each.'),
    ] = False,
) -> None:
    """Ask one question, or with --jsonl many.

    A single question is remembered for nobody; with --jsonl each user has a conversation
    in each channel, kept as in the chat.
    """
    from bot.frontends.terminal import once

    if jsonl:
        _run(once.answer_lines(_settings()))
    elif question is None:
        raise typer.BadParameter('give a question, as in: career-coach ask "what maths do I need?"')
    else:
        _run(once.answer(_settings(), question, as_json=as_json))


@kb.command()
def refresh(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the guides again; only what is new or changed is encoded."""
    from bot.frontends.terminal import curation

    _run(curation.refresh(_settings(), dry_run=dry_run, as_json=as_json))


@kb.command()
def add(  # noqa: PLR0913, PLR0917 - each is an option of the command
    what: Annotated[list[str], typer.Argument(help="Files, folders and addresses of pages.")],
    title: Annotated[str, typer.Option(help="What to call it, where it does not say so itself.")] = "",
    author: Annotated[str, typer.Option(help="Who wrote it.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    date: Annotated[str, typer.Option(help="When it was published.")] = "",
    url: Annotated[str, typer.Option(help="Where it can be read; shown with what is quoted.")] = "",
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add documents: Markdown, text, HTML, PDF, DOCX and CSV files, folders, pages."""
    from bot.frontends.terminal import curation
    from knowledge.loaders.document import Provenance

    said = Provenance(title, publisher, author, date, url)
    _run(curation.add(_settings(), what, said, yes=yes, as_json=as_json))


@kb.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="Guides, by title, id or where they came from.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove guides; `kb undo` brings them back."""
    from bot.frontends.terminal import curation

    _run(curation.remove(_settings(), names, yes=yes, as_json=as_json))


@kb.command()
def undo(
    version: Annotated[
        int | None, typer.Argument(help="The version to go back to. Default: the one before.")
    ] = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Go back to an earlier version, without encoding anything."""
    from bot.frontends.terminal import curation

    _run(curation.undo(_settings(), version, yes=yes, as_json=as_json))


@kb.command("list")
def list_guides(*, as_json: AsJson = False) -> None:
    """List the guides that are live."""
    from bot.frontends.terminal import knowledge_base

    _run(knowledge_base.list_guides(_settings(), as_json=as_json))


@kb.command()
def show(
    name: Annotated[str, typer.Argument(help="A guide's title, its id or where it came from.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a guide as it is quoted, and where it comes from."""
    from bot.frontends.terminal import knowledge_base

    _run(knowledge_base.show(_settings(), name, as_json=as_json))


@kb.command()
def history(
    count: Annotated[int, typer.Option("-n", min=1, help="How many versions to show.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the versions of the knowledge base: who, when and what."""
    from bot.frontends.terminal import knowledge_base

    _run(knowledge_base.history(_settings(), count, as_json=as_json))


@kb.command()
def gaps(*, as_json: AsJson = False) -> None:
    """List what people asked that no guide answers, most asked first, without names."""
    from bot.frontends.terminal import knowledge_base

    _run(knowledge_base.gaps(_settings(), as_json=as_json))


@kb.command()
def verify(*, as_json: AsJson = False) -> None:
    """Check library, index and files against each other, and mend the index."""
    from bot.frontends.terminal import knowledge_base

    _run(knowledge_base.verify(_settings(), as_json=as_json))


@kb.command()
def search(
    text: Annotated[str | None, typer.Argument(help="What to look for, in quotes.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many sections to show.")] = 8,
    *,
    as_json: AsJson = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read `{"text", "k"?}` a line, write a line for each.')
    ] = False,
) -> None:
    """Show the sections found for a text, best first."""
    from bot.frontends.terminal import knowledge_base

    if jsonl:
        _run(knowledge_base.search_lines(_settings(), k))
    elif text is None:
        raise typer.BadParameter('give a text, as in: career-coach kb search "linear algebra"')
    else:
        _run(knowledge_base.search(_settings(), text, k, as_json=as_json))


@privacy.command("export")
def export_person(user: Whose) -> None:
    """Print everything that is kept of a person, as JSON."""
    from bot.frontends.terminal.privacy import export

    _run(export(_settings(), user))


@privacy.command("delete")
def delete_person(
    user: Whose,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Delete everything that is kept of a person, for good. The coach must not be running."""
    from bot.frontends.terminal.privacy import delete

    _run(delete(_settings(), user, yes=yes))


@db.command()
def migrate() -> None:
    """Bring the tables up to date; every start does so, too."""
    from bot.frontends.terminal.database import migrate as run

    _run(run(_settings()))


@db.command()
def move(
    to: Annotated[str, typer.Option("--to", help="URL of an empty database, as in COACH_DATABASE_URL.")],
) -> None:
    """Copy everything to an empty database of another kind or place. The coach must not be running.

    A password need not stand in the URL: PostgreSQL's `~/.pgpass` is read.
    """
    from bot.frontends.terminal.database import move as run

    _run(run(_settings(), to))


@db.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there.")]) -> None:
    """Write everything to one file. The coach may go on running."""
    from bot.frontends.terminal.database import backup as run

    _run(run(_settings(), file))


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `db backup` has written.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace what is there without asking.")] = False,
) -> None:
    """Put a backup in the place of everything. The coach must not be running."""
    from bot.frontends.terminal.database import restore as run

    _run(run(_settings(), file, yes=yes))


@app.command("eval")
def evaluate(
    part: Annotated[
        Literal["tune", "aside", "all"],
        typer.Option(help="Which part: tune (may be looked at), aside (kept aside) or all."),
    ] = "aside",
    golden: Annotated[Path, typer.Option(help="The golden set's folder.")] = Path("tests/golden"),
    *,
    chat_model: Annotated[
        str, typer.Option(help="Measure with this chat model, such as openai:gpt-5. Default: as configured.")
    ] = "",
    misses: Annotated[bool, typer.Option("--misses", help="Also show what went wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the coach on the golden set, beside the plain pipeline everyone starts from."""
    from bot.frontends.terminal.evaluation import evaluate as run

    settings = _settings()
    if chat_model:
        # What is measured must not stop half-way for want of tokens.
        unlimited = {"chat_model": chat_model, "chat_user_tokens": 0, "chat_day_tokens": 0}
        settings = settings.model_copy(update=unlimited)
    _run(run(settings, golden, part, misses=misses, as_json=as_json))


@app.command()
def doctor() -> None:
    """Say what is configured and reachable, and how to mend what is not."""
    from bot.doctor import examine

    _run(examine())
