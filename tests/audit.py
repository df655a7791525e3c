"""Asks the package index whether a pinned package has a known vulnerability.

Run it with `make check`. A vulnerability fails; a machine that cannot ask is told so and passes, since
a change must not wait for somebody else's network.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_SECONDS = 300
# Vulnerabilities that do not concern us, each with the reason.
_IGNORED = {
    "CVE-2026-45829": "of Chroma's Python server; the coach opens Chroma in its own process, "
    "and `chroma run` starts the server in Rust",
}


def main() -> int:
    """Audit what constraints.txt pins; return the exit status."""
    command = [sys.executable, "-m", "pip_audit", "-r", "constraints.txt", "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        ran = subprocess.run(
            command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        print(f"not audited: no answer within {_SECONDS} seconds")
        return 0
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        reason = ran.stderr.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        print(f"not audited: {reason[0]}")
        return 0
    found, told = judged(report, _IGNORED)
    print(*told, sep="\n")
    return 1 if found else 0


def judged(report: Mapping[str, Any], ignored: Mapping[str, str]) -> tuple[bool, list[str]]:
    """Return whether a vulnerability was found that is not ignored, and what to say of the report."""
    packages = report["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    told, found = [], False
    for package in packages:
        for flaw in package.get("vulns", []):
            known = {flaw["id"], *flaw.get("aliases", [])} & ignored.keys()
            found = found or not known
            verdict = f"ignored: {ignored[min(known)]}" if known else _mended(flaw)
            told.append(f"{package['name']} {package['version']}: {flaw['id']}, {verdict}")
    audited = len(packages) - len(unknown)
    if unknown and not audited:
        told.append(f"not audited: the package index here tells of none of the {len(unknown)} packages")
    else:
        told.append(f"audited: {audited} packages")
        if unknown:
            told.append(f"not audited: {', '.join(unknown)}")
    return found, told


def _mended(flaw: Mapping[str, Any]) -> str:
    versions = flaw.get("fix_versions", [])
    return f"mended in {' and '.join(versions)}" if versions else "not mended in any version yet"


if __name__ == "__main__":
    sys.exit(main())
