"""Makes the secrets of a development installation, once, and keeps them in a file only its owner can read."""

import base64
import fcntl
import os
import secrets
from pathlib import Path

from dotenv import dotenv_values


def generated_secrets(data: Path) -> Path:
    """The file of this data folder's secrets; written when it is not there, completed when one is missing."""
    path = data / "secrets.env"
    data.mkdir(parents=True, exist_ok=True)
    # `make run` and `pamoja ready` may both be the first to look: one of them makes the secrets, both read the same.
    with (data / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = dotenv_values(path) if path.exists() else {}
        missing = {name: make for name, make in MAKERS.items() if not known.get(name)}
        if missing:
            _write(path, {**known, **{name: make() for name, make in missing.items()}})
    return path


def _key() -> str:
    """A 256-bit key in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _private_key() -> str:
    """An RSA key in PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


MAKERS = {
    "PAMOJA_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "PAMOJA_ENCRYPTION_KEYS": lambda: f"1:{_key()}",
    "PAMOJA_BLIND_INDEX_KEY": _key,
    "PAMOJA_JWT_PRIVATE_KEY": _private_key,
}


def _write(path: Path, values: dict[str, str | None]) -> None:
    """Writes beside and renames, so that a start that is killed leaves no half of a file."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Made for this data folder. In production give your own: these are not read there.\n")
        for name, value in values.items():
            file.write(f'{name}="{(value or "").strip()}"\n')
    beside.replace(path)
