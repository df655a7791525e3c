"""What the container files say holds together; there is nothing here that could run them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {f"COACH_{name.upper()}" for name in Settings.model_fields} | {"DISCORD_TOKEN"}
LAST_STAGE = DOCKERFILE.rpartition("FROM ")[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_every_setting_that_is_named_exists(compose: dict[str, Any]) -> None:
    named = re.findall(r"\b(?:COACH|DISCORD)_[A-Z_]+", DOCKERFILE)
    named += [name for name in compose["services"]["coach"]["environment"] if name.isupper()]

    assert named
    assert set(named) <= SETTINGS


def test_the_settings_in_the_files_are_accepted(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = compose["services"]["coach"]["environment"]
    for name in ("COACH_LOG_JSON", "COACH_METRICS_HOST"):
        monkeypatch.setenv(name, given[name])
    [port] = re.findall(r"COACH_METRICS_PORT=(\d+)", DOCKERFILE)
    monkeypatch.setenv("COACH_METRICS_PORT", port)

    settings = Settings()

    assert settings.log_json
    assert settings.metrics_host == "127.0.0.1"
    assert f"127.0.0.1:{settings.metrics_port}/readyz" in DOCKERFILE


def test_it_runs_as_nobody_special_with_torch_for_processors() -> None:
    assert re.search(r"^USER coach$", LAST_STAGE, re.MULTILINE)
    assert "HEALTHCHECK" in LAST_STAGE
    [torch] = re.findall(
        r"^torch==\S+$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert f"{torch} --index-url https://download.pytorch.org/whl/cpu" in DOCKERFILE


def test_commands_are_lists_that_can_be_read() -> None:
    commands = re.findall(r"^(?:CMD| {4})\s*(\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert [json.loads(command)[0] for command in commands] == ["python", "career-coach"]
    check = json.loads(commands[0])[2]
    compile(check, "HEALTHCHECK", "exec")


def test_what_is_copied_is_there_and_nothing_else_is_let_in() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_no_port_is_open_and_the_parts_are_reached_by_the_coach_alone(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert not [name for name, service in services.items() if "ports" in service]
    assert compose["networks"]["parts"]["internal"]
    assert all(services[name]["networks"] == ["parts"] for name in ("database", "index"))


def test_what_is_kept_lies_in_volumes(compose: dict[str, Any]) -> None:
    kept = {volume.partition(":")[0] for each in compose["services"].values() for volume in each["volumes"]}

    assert kept == set(compose["volumes"])


def test_the_server_of_chroma_is_of_the_clients_version(compose: dict[str, Any]) -> None:
    image, _, version = compose["services"]["index"]["image"].partition(":")

    assert image == "chromadb/chroma"
    assert f"chromadb=={version}\n" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_no_secret_stands_in_the_files(compose: dict[str, Any]) -> None:
    coach = compose["services"]["coach"]

    assert coach["env_file"] == ".env"
    assert "${POSTGRES_PASSWORD:?" in coach["environment"]["COACH_DATABASE_URL"]
    assert "DISCORD_TOKEN" not in coach["environment"]
