"""How each kind of database is opened: SQLite in a file, PostgreSQL on a server."""

from __future__ import annotations

import importlib.util
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from knowledge.errors import CoachError
from knowledge.outages import StorageError
from knowledge.threads import Threads

# Seconds until a server that does not answer counts as away: at connecting, and at a statement.
_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 60
# What a server says of a connection, by PostgreSQL's code, put for whoever set COACH_DATABASE_URL.
_REFUSALS = {
    "28000": "the server does not let this user in",
    "28P01": "the server does not accept the user's name or password",
    "3D000": "there is no such database on the server",
    "53300": "the server has no connection left",
    "57P03": "the server is starting or stopping",
}
# PostgreSQL's text holds every character but this one.
_NUL, _IN_ITS_PLACE = "\0", "\N{REPLACEMENT CHARACTER}"


class DriverError(CoachError):
    """What speaks to this kind of database is not installed; the text says how to install it."""


class SqliteEngine(AsyncEngine):
    """A file, in which whole transactions are done in threads as well."""

    def __init__(self, sync_engine: Engine, threads: Threads) -> None:
        """Open the same file twice: for single statements, and in threads."""
        super().__init__(sync_engine)
        self.threads = threads

    async def dispose(self, close: bool = True) -> None:  # noqa: FBT001, FBT002 - SQLAlchemy's own
        """Close every connection."""
        await self.threads.close()
        await super().dispose(close)


def open_sqlite(url: URL) -> SqliteEngine:
    """Open a file in which every transaction is durable and writers queue.

    WAL lets readers go on during a write; synchronous=FULL keeps what was acknowledged
    through a power cut; BEGIN IMMEDIATE takes the write lock at once, so two writers
    wait for each other instead of failing half-way; secure_delete overwrites what is
    deleted.
    """
    # What people wrote goes into statements as parameters; no error and no log shows them.
    single = create_async_engine(url, hide_parameters=True).sync_engine
    whole = create_engine(url.set(drivername="sqlite"), hide_parameters=True)
    for engine in (single, whole):
        _make_durable(engine)
        _keep_text_alike(engine)
    return SqliteEngine(single, Threads(whole))


def _make_durable(engine: Engine) -> None:
    # The driver's own transactions are switched off so that BEGIN IMMEDIATE is ours:
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")


def open_postgresql(url: URL) -> AsyncEngine:
    """Open a server; a connection that it has dropped meanwhile is replaced before it is used.

    Raises:
        DriverError: asyncpg is not installed.

    """
    if importlib.util.find_spec("asyncpg") is None:
        raise DriverError('For PostgreSQL, asyncpg is needed. Run: pip install "career-coach[postgres]"')
    arguments = {
        "async_creator_fn": _connect_to_server,
        "timeout": _CONNECT_SECONDS,
        "command_timeout": _STATEMENT_SECONDS,
        "server_settings": {"application_name": "career-coach"},
    }
    # What people wrote goes into statements as parameters; no error and no log shows them.
    engine = create_async_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    _keep_text_alike(engine.sync_engine)
    return engine


async def _connect_to_server(**where: Any) -> Any:  # noqa: ANN401 - the driver's own
    # Imported here, as it is only there where PostgreSQL is used.
    import asyncpg

    try:
        return await asyncpg.connect(**where)
    except asyncpg.PostgresError as error:
        code = error.sqlstate or ""
        raise StorageError(_REFUSALS.get(code, f"the server reports {code}")) from None
    except (OSError, asyncpg.InterfaceError) as error:
        raise StorageError(f"nobody answers at its address ({type(error).__name__})") from None


def _keep_text_alike(engine: Engine) -> None:
    event.listen(engine, "before_cursor_execute", _without_nul, retval=True)


def _without_nul(
    _connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401 - whatever the statement takes
    _context: object,
    many: bool,  # noqa: FBT001
) -> tuple[str, Any]:
    """Keep the same text on every engine."""
    if many:
        return statement, [_cleaned(each) for each in parameters]
    return statement, _cleaned(parameters)


def _cleaned(parameters: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(without_nul(value) for value in parameters)


def without_nul(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return a value as every engine can keep it."""
    return value.replace(_NUL, _IN_ITS_PLACE) if isinstance(value, str) else value
