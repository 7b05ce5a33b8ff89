"""Finds the unprivileged user PostgreSQL runs as when we are root, and places that user can reach."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("pamoja-db", "nobody")
SHARED = Path("/var/lib/pamoja")


@dataclass(frozen=True)
class OtherUser:
    """Somebody with fewer rights than root. Folders on the way to our files are never opened to everybody."""

    uid: int
    gid: int

    def as_arguments(self) -> dict[str, Any]:
        """For `subprocess`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def readable_binaries(self, folder: Path) -> Path:
        """The folder of binaries, or a copy of the whole installation when this user cannot reach it."""
        if self._may("-x", folder / "postgres"):
            return folder
        # A wheel keeps its libraries beside the package, and its programs look for them from where they lie.
        package = folder.parents[1]
        libraries = package.with_name(f"{package.name}.libs")
        copy = SHARED / f"postgresql-{_fingerprint(folder)}"
        if not copy.exists():
            _open_folder(SHARED)
            beside = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(folder.parent, beside / package.name / folder.parent.name, symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, beside / libraries.name)
            beside.chmod(0o755)
            try:
                beside.rename(copy)
            except OSError:  # another first start was quicker
                shutil.rmtree(beside)
        return copy / folder.relative_to(package.parent)

    def private_folder(self, folder: Path) -> None:
        """Makes the folder this user's own. Under a closed parent it lives elsewhere, behind a link."""
        if not folder.exists():
            if folder.is_symlink():
                folder.unlink()
            if self._may("-x", folder.parent):
                folder.mkdir(mode=0o700)
            else:
                elsewhere = SHARED / f"data-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
                _open_folder(SHARED)
                elsewhere.mkdir(mode=0o700, exist_ok=True)
                folder.symlink_to(elsewhere)
        os.chown(folder, self.uid, self.gid)

    def _may(self, test: str, path: Path) -> bool:
        return subprocess.run(["test", test, str(path)], cwd="/", **self.as_arguments()).returncode == 0


def other_user() -> OtherUser | None:
    """Whom PostgreSQL runs as; None when we are not root, for then it runs as us."""
    if os.geteuid() != 0:
        return None
    if not _exists(NAMES[0]) and shutil.which("useradd"):
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAMES[0]], capture_output=True)
    name = next(name for name in NAMES if _exists(name))
    entry = pwd.getpwnam(name)
    return OtherUser(uid=entry.pw_uid, gid=entry.pw_gid)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _fingerprint(folder: Path) -> str:
    """Changes when another build lies at the same place."""
    build = (folder / "postgres").stat()
    return hashlib.sha256(f"{folder}:{build.st_size}:{build.st_mtime_ns}".encode()).hexdigest()[:12]
