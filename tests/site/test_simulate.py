"""A whole circle in a minute, and where every shilling went"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.thoroughness import IS_LONG


@pytest.mark.skipif(not IS_LONG, reason="its ground alone takes longer than all else here: `make test-long`")
def test_accounts_for_every_shilling_although_everything_fails(tmp_path: Path) -> None:
    """Three rounds of two people: the second turn is broken off, so that pots are given back as well."""
    arguments = ["simulate", "circle", "--members", "2", "--rounds", "3", "--seed", "3", "--faults"]

    done = subprocess.run(
        [sys.executable, "-m", "pamoja.site.cli", *arguments],
        env=os.environ | {"PAMOJA_DATA": os.environ.get("PAMOJA_DATA", str(tmp_path))},
        capture_output=True,
        text=True,
        timeout=170,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["rounds_paid"], told["unaccounted_minor"], told["holds"]) == (3, 0, True)
    assert told["faults_struck"] > 0
    assert "Every shilling is accounted for." in done.stdout
