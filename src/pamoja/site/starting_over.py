"""Empties the data folder of a demo."""

import shutil

from pamoja.site.config import Config
from pamoja.site.postgres import EmbeddedPostgres


class NotOurs(Exception):
    """This is not a demo's database; drop it with the tools of whoever runs it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def forget(config: Config) -> None:
    """Deletes the embedded database, the sandbox's memory, pictures, logs and secrets.

    Raises: NotOurs when the settings name a database; AlreadyRunning while it runs.
    """
    if config.is_production or not config.is_embedded:
        raise NotOurs
    EmbeddedPostgres(config.data, binaries=config.postgres_bin).remove()
    for folder in ("sandbox", "media", "log"):
        shutil.rmtree(config.data / folder, ignore_errors=True)
    for file in ("welcome.json", "secrets.env"):
        (config.data / file).unlink(missing_ok=True)
