"""Serves every package's static files straight from its folder; an address that names a version is kept for a year."""

import functools
import hashlib
import os
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class VersionedStorage(StaticFilesStorage):
    """`{% static %}` adds the content's fingerprint, so that a changed file has another address."""

    def url(self, name: str | None) -> str:
        return f"{super().url(name)}{_version(name or '')}"


@functools.cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str) or not Path(found).is_file():
        return ""
    return f"?v={hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]}"


class PackagesStatic(StaticFiles):
    """Starlette's server over the folders that Django knows; no copying, so nothing can be stale."""

    def __init__(self) -> None:
        super().__init__(check_dir=False)
        folders = [storage.location for finder in finders.get_finders() for _, storage in _storages(finder)]
        self.all_directories = [os.fspath(folder) for folder in folders]

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        kept = "public, max-age=31536000, immutable" if versioned else "public, max-age=300"
        response.headers["Cache-Control"] = kept
        return response


def _storages(finder: finders.BaseFinder) -> list[tuple[str, StaticFilesStorage]]:
    return list(getattr(finder, "storages", {}).items())
