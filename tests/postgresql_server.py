"""A PostgreSQL server of the tests' own: on loopback, on a free port, in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "coach"
PASSWORD = "canary-of-a-password"  # noqa: S105 - of this server alone
# What is kept is thrown away after the tests, so nothing waits for a disk.
OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=''",
    "max_connections=60",
    "shared_buffers=32MB",
    "autovacuum=off",
)


class MissingError(Exception):
    """There is no PostgreSQL on this machine."""


class Server:
    """A server that can be stopped and started again, as the world does."""

    def __init__(self, folder: Path) -> None:
        """Make the server's files in an empty folder."""
        self._data = folder / "data"
        self._log = folder / "log"
        self._pg_ctl = find_binary("pg_ctl")
        # It refuses to be run by root.
        self._account = next(iter(accounts()), None) if os.geteuid() == 0 else None
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        if self._account:
            for path in (folder, secret):
                shutil.chown(path, self._account)
        self._run(
            find_binary("initdb"),
            f"--username={USER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            f"--pgdata={self._data}",
        )
        self.port = free_port()

    def url(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql+asyncpg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it; it answers when this returns."""
        options = " ".join(f"-c {option}" for option in (*OPTIONS, f"port={self.port}"))
        self._run(self._pg_ctl, "start", "--wait", f"--log={self._log}", f"--options={options}")

    def stop(self) -> None:
        """Stop it at once, as a pulled plug does."""
        self._run(self._pg_ctl, "stop", "--wait", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        # Not captured by a pipe: the server would hold its other end open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [program, *arguments],
                user=self._account,
                group=self._account,
                extra_groups=[] if self._account else None,
                env=os.environ | {"PGDATA": str(self._data)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
            )
            said.seek(0)
            assert done.returncode == 0, f"{program}: {said.read()}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server meanwhile.

    Raises:
        MissingError: PostgreSQL is not installed.

    """
    find_binary("postgres")
    # Not in pytest's folder, which nobody but the one who runs the tests may enter.
    folder = Path(tempfile.mkdtemp(prefix="coach-postgresql-"))
    try:
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binary(name: str) -> str:
    """Return where one of PostgreSQL's programs lies; Debian keeps them off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise MissingError(f"{name} of PostgreSQL is not installed here (Debian: apt-get install postgresql)")
    return found


def accounts() -> Iterator[str]:
    """Name whom the server can be run by, where the tests are run by root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    yield from (name for name in ("postgres", "nobody") if name in known)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _version(path: Path) -> float:
    return float(path.parts[-3])
