"""Several simulations of payments at once, each in a world of its own, and the sum of what came of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from queue import Queue

from pamoja.site.processes import dies_with_us

Lines = Queue[tuple[int, str | None]]

SIGKILL = 9
READY = "The front door is open"


def play_in_worlds(
    attempts: int, seed: int, faults: str, count: int, say: Callable[[str], None]
) -> tuple[dict[str, int], dict[str, int]]:
    """The attempts shared among so many worlds: the sum of the figures, and how often each fault struck.

    A world begins when the one before has taken its ports. One that breaks off breaks all.
    """
    lines: Lines = Queue()
    shares = [attempts // count + (number < attempts % count) for number in range(count)]
    wanted = [
        ["--attempts", str(share), "--seed", str(seed + place), "--faults", faults]
        for place, share in enumerate(shares)
    ]
    figures: Counter[str] = Counter()
    struck: Counter[str] = Counter()
    running = [_begin(0, wanted[0], lines)]
    ended = 0
    while ended < count:
        number, line = lines.get()
        if line is None:
            ended += 1
            if len(running) < count:
                break
            continue
        at, is_timed, said = line.strip().partition(" s  ")
        if said == READY and len(running) < count:
            running.append(_begin(len(running), wanted[len(running)], lines))
        if line.startswith("{"):
            known = json.loads(line)
            figures.update({name: value for name, value in known.items() if name not in _OWN})
        elif is_timed and at.replace(".", "").isdigit():
            say(f"world {number + 1}: {said}")
        elif len(words := line.split()) == 2 and words[1].isdigit():
            struck[words[0]] += int(words[1])
        else:
            say(f"world {number + 1}: {line}")
    if any(each.wait() not in (0, 1) for each in running) or ended < count or not figures:
        raise RuntimeError("A world broke off")
    return dict(figures), {kind: times for kind, times in struck.items() if times}


_OWN = frozenset({"worlds", "faults_struck", "seconds"})


def _begin(number: int, wanted: list[str], lines: Lines) -> subprocess.Popen[str]:
    parent = os.getpid()
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "pamoja.site.cli", "simulate", "payments", *wanted, "--worlds", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: dies_with_us(parent, SIGKILL),  # noqa: PLW1509 - no threads of ours hold a lock yet
    )

    def read() -> None:
        for line in child.stdout or ():
            lines.put((number, line.rstrip()))
        lines.put((number, None))

    threading.Thread(target=read, daemon=True).start()
    return child
