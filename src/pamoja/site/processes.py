"""What we ask of the system and the interpreter about processes and ports."""

import ctypes
import gc
import os
import socket
import subprocess
from pathlib import Path


def dies_with_us(parent: int, signal_number: int) -> None:
    """In a new child: be told when the process that started it is gone, even by kill -9. Linux only."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(1, int(signal_number))
        if os.getppid() != parent:
            os._exit(1)


def keep_what_is_loaded() -> None:
    """Modules and models live as long as the process: the collector need not look through them again and again.

    The specifications spent a quarter of their time on that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def program_of(pid: int) -> str | None:
    """The program a process runs; empty for one that has ended and waits to be buried, None where there is none."""
    try:
        if Path("/proc/self").exists():
            return Path(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[0]).name
    except OSError:
        return None
    told = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return Path(told).name if told else None


def free_port(wanted: int) -> int:
    """The wanted port, or any that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No free port on 127.0.0.1.")
