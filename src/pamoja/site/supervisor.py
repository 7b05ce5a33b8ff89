"""Keeps a few child processes running: starts them again when they end, stops them in order when it is over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from pamoja.site.processes import dies_with_us

LOOK_EVERY_SECONDS = 0.1
STABLE_SECONDS = 30.0
WAIT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
STOP_SECONDS_MAX = 15.0
LOG_BYTES_MAX = 20_000_000

Process = subprocess.Popen[bytes]


class Interrupted(Exception):
    """Somebody asked us to stop."""


@dataclass
class Child:
    """One process to keep. Those of a higher `stage` are stopped first; those of one stage together."""

    name: str
    launch: Callable[[], Process]
    stage: int
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = None
    ends: int = 0
    started_at: float = 0.0
    start_again_at: float = field(default=0.0)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Single-threaded on purpose: a child's death signal is tied to the thread that made it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []
        self._asked_to_stop = 0

    def start(self, child: Child) -> Process:
        """Launches the child and keeps it from now on."""
        self.children.append(child)
        return self._launch(child)

    def keep(self) -> None:
        """Looks after the children until somebody asks us to stop."""
        while True:
            self.pause(LOOK_EVERY_SECONDS)
            for child in self.children:
                self._look_after(child)

    def pause(self, seconds: float) -> None:
        """Raises: Interrupted when we were asked to stop."""
        if not self._asked_to_stop:
            time.sleep(seconds)
        if self._asked_to_stop:
            raise Interrupted

    def stop(self) -> None:
        """Ends all children, stage by stage; who asks twice does not wait."""
        for stage in sorted({child.stage for child in self.children}, reverse=True):
            ending = [child for child in self.children if child.stage == stage and child.is_running]
            for child in ending:
                child.process.send_signal(child.stop_signal)  # type: ignore[union-attr]  # those in `ending` are running
            deadline = time.monotonic() + STOP_SECONDS_MAX
            while any(child.is_running for child in ending):
                if time.monotonic() > deadline or self._asked_to_stop > 1:
                    self._kill(ending)
                time.sleep(0.02)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While this lasts, Ctrl-C, a closed terminal and `kill` ask us to stop."""

        def asked(number: int, frame: FrameType | None) -> None:
            self._asked_to_stop += 1

        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, asked) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _launch(self, child: Child) -> Process:
        child.started_at, child.start_again_at = time.monotonic(), 0.0
        child.process = child.launch()
        return child.process

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.is_running:
            if now - child.started_at > STABLE_SECONDS:
                child.ends = 0
            return
        if not child.start_again_at:
            wait = WAIT_SECONDS[min(child.ends, len(WAIT_SECONDS) - 1)]
            child.ends, child.start_again_at = child.ends + 1, now + wait
            code = child.process.returncode if child.process else "?"
            self.say(f"{child.name} ended ({_why(code)}); starting it again in {wait:g} s")
        elif now >= child.start_again_at:
            self._launch(child)

    def _kill(self, ending: list[Child]) -> None:
        for child in ending:
            if child.process and child.is_running:
                # PostgreSQL ends its own children on SIGQUIT; killed, it would leave them.
                child.process.send_signal(signal.SIGQUIT if child.name == "postgres" else signal.SIGKILL)
                self.say(f"{child.name} was ended the hard way")
                child.process.wait()


def python_child(name: str, arguments: list[str], *, log: Path, env: dict[str, str], stage: int) -> Child:
    """`python -m …`, its output appended to a log, killed with us: whatever it was doing is safe to repeat."""

    def launch() -> Process:
        parent = os.getpid()
        with opened_log(log) as output:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: dies_with_us(parent, signal.SIGKILL),  # noqa: PLW1509 - we have no threads
            )

    return Child(name, launch, stage)


@contextmanager
def opened_log(path: Path) -> Iterator[int]:
    """The log to append to; a long one is put aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        yield log.fileno()


def _why(code: int | str) -> str:
    if isinstance(code, int) and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
