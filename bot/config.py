"""Every setting: its name, its default and its meaning. The only place that reads the environment."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from knowledge.errors import CoachError

_ROOT = Path(__file__).parent.parent
_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
_SERVER = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?/?")
# In a URL: whatever stands between a user's name and the last @, or after `password=`.
_PASSWORD = re.compile(r":(?!//).*@|(?<=password=)[^&]*")


class SettingsError(CoachError):
    """A setting has a value that cannot be used; the text names it and what is allowed."""


class Settings(BaseSettings):
    """The settings, each read from `COACH_…` or `DISCORD_TOKEN` in the environment or in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="COACH_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_dir: Annotated[
        Path, Field(description="Folder for everything the coach keeps: its database and its index.")
    ] = Path("data")
    guides_dir: Annotated[
        Path, Field(description="Folder of the source guides (*.md). Default: the shipped ones.")
    ] = _ROOT / "knowledge" / "guides"
    database_url: Annotated[
        SecretStr,
        Field(
            description="URL of the database: sqlite+aiosqlite:///… or postgresql+asyncpg://…. "
            "Default: a SQLite file in the data folder."
        ),
    ] = SecretStr("")
    embedding_model: Annotated[
        str,
        Field(
            min_length=1,
            description="Embedding model: the packaged default, another model's id, or a folder.",
        ),
    ] = "sentence-transformers/all-MiniLM-L6-v2"
    threads: Annotated[
        int, Field(ge=0, le=256, description="Processor threads for encoding; 0 takes all there are.")
    ] = 0
    log_level: Annotated[
        str,
        Field(
            pattern="^(DEBUG|INFO|WARNING|ERROR)$",
            description="What is logged to standard error: DEBUG, INFO, WARNING or ERROR.",
        ),
    ] = "WARNING"
    log_json: Annotated[
        bool, Field(description="Whether logs are JSON, an object a line. Default: plain text.")
    ] = False
    metrics_port: Annotated[
        int,
        Field(ge=0, le=65535, description="Port for /metrics, /healthz and /readyz of the bot; 0 for none."),
    ] = 0
    metrics_host: Annotated[str, Field(min_length=1, description="Address at which that port is opened.")] = (
        "127.0.0.1"
    )
    discord_token: Annotated[
        SecretStr | None,
        Field(
            validation_alias="DISCORD_TOKEN",
            description="The token of your application's bot, from https://discord.com/developers.",
        ),
    ] = None
    limit_messages: Annotated[
        int, Field(ge=1, description="How many messages one person may send in Discord within the period.")
    ] = 20
    limit_period: Annotated[
        timedelta, Field(gt=timedelta(0), description="The period of that limit, in seconds.")
    ] = timedelta(seconds=300)

    @field_validator("discord_token", mode="before")
    @classmethod
    def _is_set(cls, value: object) -> object:
        return value or None

    moderator_role: Annotated[
        str,
        Field(
            description="Name or id of the role whose members may change the knowledge base. "
            "Default: whoever may manage the server."
        ),
    ] = ""
    home_server: Annotated[
        int,
        Field(
            ge=0,
            description="Id of the Discord server from which the knowledge base is changed. "
            "Default: the only one the bot is in.",
        ),
    ] = 0
    refresh_hours: Annotated[
        int,
        Field(ge=0, le=8760, description="Hours between refreshes of guides and added pages; 0 for none."),
    ] = 0
    fetch_loopback: Annotated[
        bool, Field(description="Whether pages of this machine itself may be fetched: for trying things out.")
    ] = False

    chat_model: Annotated[
        str,
        Field(
            pattern="^$|:",
            description="Chat model that puts answers into words, such as openai:gpt-5. Default: none.",
        ),
    ] = ""
    chat_key: Annotated[
        SecretStr,
        Field(description="Key of the chat model. Default: the variable of its provider."),
    ] = SecretStr("")
    chat_url: Annotated[
        str, Field(description="Address of the chat model's server. Default: its provider's.")
    ] = ""
    chat_deadline: Annotated[
        float,
        Field(gt=0, le=300, description="Seconds the chat model has for an answer, with every attempt."),
    ] = 30
    chat_user_tokens: Annotated[
        int,
        Field(ge=0, description="Tokens that one person may use in a day; 0 is no limit."),
    ] = 50_000
    chat_day_tokens: Annotated[
        int, Field(ge=0, description="Tokens that all people together may use in a day; 0 is no limit.")
    ] = 1_000_000

    retention_days: Annotated[
        int,
        Field(
            ge=0,
            le=36500,
            description="Days after which what is kept of people is deleted; 0 for until they delete it.",
        ),
    ] = 180

    chroma_url: Annotated[
        str,
        Field(
            description="Address of a Chroma server, such as http://127.0.0.1:8000, for several processes "
            "that share one library. Default: an index in the data folder, for one process."
        ),
    ] = ""
    chroma_token: Annotated[
        SecretStr,
        Field(
            description="Token sent to that server as “Authorization: Bearer …”. Chroma itself checks none; "
            "a proxy in front of it may."
        ),
    ] = SecretStr("")

    @field_validator("chroma_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not _SERVER.fullmatch(value):
            raise ValueError("must be like http://127.0.0.1:8000 or https://chroma.example.org")
        return value.rstrip("/")

    @field_validator("guides_dir")
    @classmethod
    def _is_folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError("must be a folder that exists")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            check_database(value.get_secret_value())
        return value

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in; it may hold a password."""
        default = f"sqlite+aiosqlite:///{(self.data_dir / 'coach.db').resolve()}"
        return self.database_url.get_secret_value() or default

    @property
    def golden_dir(self) -> Path:
        """The folder of the golden set, which is there where the project is checked out."""
        return _ROOT / "tests" / "golden"

    @property
    def index_path(self) -> Path:
        """The folder of the Chroma index."""
        return self.data_dir / "chroma"


def check_database(url: str) -> None:
    """Check that a URL names a kind of database that the coach can use.

    Raises:
        ValueError: it does not; the text says what is allowed, and nothing of the URL.

    """
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in _DRIVERS:
        raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in _DRIVERS)}")


def without_password(url: str) -> str:
    """Return a URL, or what was meant to be one, as it may be shown."""
    return _PASSWORD.sub(lambda found: ":…@" if found[0].endswith("@") else "…", url)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value cannot be used. Its text names the setting, never a secret.

    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"COACH_{'_'.join(map(str, first['loc'])).upper()}"
        problem = str(first["msg"]).removeprefix("Value error, ")
        value = without_password(str(first["input"]))
        raise SettingsError(f"{name} is “{value}”: {problem}.") from None
