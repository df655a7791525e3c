from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests import audit

FLAW = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.0"]}
SOUND = {"name": "sound", "version": "1", "vulns": []}
WEAK = {"name": "weak", "version": "1", "vulns": [FLAW]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "ignored", "found", "told"),
    [
        ([SOUND], {}, False, ["audited: 1 packages"]),
        ([SOUND, WEAK], {}, True, ["weak 1: PYSEC-1, mended in 2.0", "audited: 2 packages"]),
        ([WEAK], {"CVE-1": "unused"}, False, ["weak 1: PYSEC-1, ignored: unused", "audited: 1 packages"]),
        ([SOUND, UNKNOWN], {}, False, ["audited: 1 packages", "not audited: unknown"]),
        ([UNKNOWN], {}, False, ["not audited: the package index here tells of none of the 1 packages"]),
    ],
)
def test_a_vulnerability_fails_and_what_is_not_known_is_said(
    packages: list[dict[str, Any]], ignored: dict[str, str], told: list[str], *, found: bool
) -> None:
    assert audit.judged({"dependencies": packages}, ignored) == (found, told)


def test_without_a_network_it_says_so_and_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "Traceback …\nConnectionError: no route to host\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)

    assert audit.main() == 0
    assert capsys.readouterr().out == "not audited: ConnectionError: no route to host\n"


def test_every_waiver_has_its_reason() -> None:
    assert all(len(reason) > 20 for reason in audit._IGNORED.values())
