"""The supervisor ..."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pamoja.site import supervisor as subject
from pamoja.site.supervisor import Child, Interrupted, Supervisor


def sleeping(*, ignoring: bool = False) -> subprocess.Popen[bytes]:
    program = "import signal, time\n"
    program += "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if ignoring else ""
    return subprocess.Popen(
        [sys.executable, "-c", program + "print('up', flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    made = Supervisor(said.append)
    yield made
    made.stop()
    for child in made.children:
        child.process.stdout.close()


def test_starts_a_child_again_when_it_has_ended(supervisor, said, monkeypatch):
    monkeypatch.setattr(subject, "WAIT_SECONDS", (0.0,))
    child = Child("web", sleeping, stage=1)
    first = supervisor.start(child)
    first.stdout.close()
    first.kill()
    first.wait()

    supervisor._look_after(child)
    supervisor._look_after(child)

    assert child.is_running
    assert child.process is not first
    assert said == ["web ended (killed by SIGKILL); starting it again in 0 s"]


def test_waits_longer_each_time_a_child_ends_at_once(supervisor, said):
    child = Child("web", lambda: subprocess.Popen(["false"], stdout=subprocess.PIPE), stage=1)
    waits = []
    for _ in range(3):
        supervisor._launch(child)
        child.process.wait()
        child.process.stdout.close()
        before = time.monotonic()
        supervisor._look_after(child)
        waits.append(round(child.start_again_at - before, 1))

    assert waits == [0.1, 0.5, 1.0]


def test_stops_the_later_stages_first(supervisor):
    ended = []
    for name, stage in (("postgres", 1), ("web", 3), ("sandbox", 2)):
        supervisor.start(Child(name, sleeping, stage))
    for child in supervisor.children:
        child.process.stdout.readline()
        wait = child.process.send_signal
        child.process.send_signal = lambda number, name=child.name, wait=wait: (ended.append(name), wait(number))

    supervisor.stop()

    assert ended == ["web", "sandbox", "postgres"]


def test_kills_a_child_that_does_not_stop(supervisor, said, monkeypatch):
    monkeypatch.setattr(subject, "STOP_SECONDS_MAX", 0.2)
    child = Child("web", lambda: sleeping(ignoring=True), stage=1)
    supervisor.start(child).stdout.readline()

    supervisor.stop()

    assert child.process.returncode == -signal.SIGKILL
    assert said == ["web was ended the hard way"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_is_interrupted_by_who_asks_it_to_stop(supervisor, number):
    with supervisor.listening():
        os.kill(os.getpid(), number)

        with pytest.raises(Interrupted):
            supervisor.keep()
