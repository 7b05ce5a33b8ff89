"""Runs every check of the code that needs no running platform, and says which failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLACES = [place for place in ("src", "tests", "bench") if (ROOT / place).exists()]
BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str | Path]] = {
    "formatting": [BIN / "ruff", "format", "--check", "--quiet", *PLACES],
    "lint": [BIN / "ruff", "check", "--quiet", *PLACES],
    "import contracts": [BIN / "lint-imports", "--config", "pyproject.toml"],
    "types": [BIN / "mypy", "--no-error-summary"],
    "migrations": [sys.executable, "-W", "ignore", "-m", "pamoja.site.cli", "django", "makemigrations", "--check"],
    "house rules": [BIN / "pytest", "-q", "tests/tidy"],
}


def run() -> int:
    """Runs them all, also after one has failed. Gives the exit code."""
    failed = [name for name, command in CHECKS.items() if not _holds(name, command)]
    print(
        f"\n{len(CHECKS) - len(failed)} of {len(CHECKS)} checks hold." + (f" Not: {', '.join(failed)}." * bool(failed))
    )
    return 1 if failed else 0


def _holds(name: str, command: list[str | Path]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {name}  ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0
