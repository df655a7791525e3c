from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Settings, SettingsError, load_settings
from knowledge.loaders.markdown import read_guides


def test_without_any_setting_the_coach_works() -> None:
    settings = load_settings()

    assert settings.data_dir == Path("data")
    assert read_guides(settings.guides_dir)
    assert settings.database == f"sqlite+aiosqlite:///{Path('data/coach.db').resolve()}"
    assert settings.index_path == Path("data/chroma")


def test_every_setting_has_a_default_and_says_what_it_means() -> None:
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), name
        assert field.description, name


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("coach_threads", "3")
    monkeypatch.setenv("COACH_NO_SUCH_SETTING", "ignored")

    settings = load_settings()

    assert settings.threads == 3
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path / 'coach.db'}"


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nCOACH_THREADS=2\nCOACH_LOG_LEVEL=INFO\n", encoding="utf-8")
    assert load_settings().threads == 2

    monkeypatch.setenv("COACH_THREADS", "5")

    settings = load_settings()
    assert (settings.threads, settings.log_level) == (5, "INFO")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("COACH_THREADS", "x", "valid integer"),
        ("COACH_THREADS", "-1", "greater than or equal to 0"),
        ("COACH_THREADS", "257", "less than or equal to 256"),
        ("COACH_DATABASE_URL", "nonsense", "sqlite+aiosqlite://"),
        ("COACH_DATABASE_URL", "mysql://db/coach", "sqlite+aiosqlite://"),
        ("COACH_DATABASE_URL", "postgresql://db/coach", "postgresql+asyncpg://"),
        ("COACH_GUIDES_DIR", "missing", "a folder that exists"),
        ("COACH_GUIDES_DIR", __file__, "a folder that exists"),
        ("COACH_LOG_LEVEL", "LOUD", "DEBUG|INFO|WARNING|ERROR"),
        ("COACH_EMBEDDING_MODEL", "", "at least 1 character"),
        ("COACH_CHROMA_URL", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("COACH_CHROMA_URL", "http://", "http://127.0.0.1:8000"),
        ("COACH_CHROMA_URL", "ftp://chroma:8000", "http://127.0.0.1:8000"),
        ("COACH_CHROMA_URL", "http://chroma:8000/path", "http://127.0.0.1:8000"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    text = str(caught.value)
    assert text.startswith(f"{name} is “{value}”: ")
    assert allowed in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mysql://coach:p@ss:word@db:5432/coach", "mysql://coach:…@db:5432/coach"),
        ("mysql://db/coach?password=word&user=coach", "mysql://db/coach?password=…&user=coach"),
    ],
)
def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str, shown: str) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", url)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert f"COACH_DATABASE_URL is “{shown}”" in str(caught.value)
    assert "=word" not in str(caught.value)
    assert ":word" not in str(caught.value)


def test_the_settings_show_no_password_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", "postgresql+asyncpg://coach:canary@db/coach")

    settings = load_settings()

    assert settings.database == "postgresql+asyncpg://coach:canary@db/coach"
    assert "canary" not in repr(settings) + str(settings.model_dump())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "https://chroma.example.org/", "http://[::1]:8000", ""]
)
def test_addresses_of_a_chroma_server_are_read(url: str) -> None:
    assert Settings(chroma_url=url).chroma_url == url.rstrip("/")
