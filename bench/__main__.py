"""`make bench`: every benchmark in turn, each in a process of its own; the last exit code that was not zero wins."""

import subprocess
import sys

MODULES = ("inbound", "intake", "ledger", "live")


def main() -> int:
    """Run them; gives the exit code."""
    code = 0
    for name in MODULES:
        sys.stdout.write(f"\n== bench.{name}\n")
        sys.stdout.flush()
        code = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode or code
    return code


if __name__ == "__main__":
    sys.exit(main())
