"""Writes every log line as one JSON object that names its request, and no person."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from pamoja.foundation import trace

# An address or a number may stand in the text of an exception; a DETAIL of PostgreSQL's repeats the row.
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+\d{8,15}\b|(?<![\w.-])(?:254|07|01)\d{8,9}\b")
DETAIL = re.compile(r"^\s*(?:DETAIL|CONTEXT):.*$", re.MULTILINE)
BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message", "request"}


def without_people(text: str) -> str:
    """The text with addresses, phone numbers and rows of the database taken out."""
    return PERSONAL.sub("…", DETAIL.sub("DETAIL: …", text))


class JsonLines(logging.Formatter):
    """One object a line: when, how bad, who says it, what, for which request, and what the caller added."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_people(record.getMessage()),
        }
        if request_id := trace.request_id.get():
            line["request_id"] = request_id
        line |= {name: value for name, value in vars(record).items() if name not in BUILT_IN and _is_plain(value)}
        if record.exc_info:
            line["exception"] = without_people(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return without_people(super().format(record))


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, Django's LOGGING and uvicorn alike."""
    text = {"()": TextLines, "format": "%(asctime)s %(levelname)-7s %(name)s  %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines} if style == "json" else text},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # Django's own handlers would write a second line; a 404 is not news, and its text is an address.
            "django": {"level": "INFO", "handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": False},
            # Says every job it takes and finishes; `worker` says it once, with its duration.
            "procrastinate": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
