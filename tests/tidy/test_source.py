"""House rules of the source, each with the reason it exists; what breaks one is told how to mend it."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pamoja"
FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 50

MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.stat().st_size)
HAND_WRITTEN = [path for path in MODULES if "migrations" not in path.parts]


def told(broken: list[str], how: str) -> str:
    return f"{how}\n  " + "\n  ".join(broken)


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_every_module_opens_with_one_sentence() -> None:
    broken = []
    for path in MODULES:
        first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]
        if not first.endswith((".", ":")):
            broken.append(place(path))

    assert not broken, told(
        broken, "Say in one sentence, with its full stop, what this module alone is responsible for:"
    )


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "services", "misc"}
    broken = [place(path) for path in MODULES if path.stem in drawers or drawers & set(path.parent.parts[-2:])]

    assert not broken, told(broken, "Name the file after the one thing it does; a drawer fills up:")


def test_files_stay_short() -> None:
    broken = [
        f"{place(path)} has {lines} lines"
        for path in HAND_WRITTEN
        if (lines := len(path.read_text().splitlines())) > FILE_LINES_MAX
    ]

    assert not broken, told(broken, f"Past {FILE_LINES_MAX} lines an idea is missing: find it, and give it a file:")


def test_functions_stay_short() -> None:
    broken = []
    for path in HAND_WRITTEN:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    broken.append(f"{place(path, node.lineno)} {node.name} has {lines} lines")

    assert not broken, told(broken, f"Past {FUNCTION_LINES_MAX} lines a function hides an idea: name it:")


DOCUMENTED = {"actions", "queries", "rules", "public"}


def test_public_functions_say_what_they_do() -> None:
    broken = []
    for path in HAND_WRITTEN:
        if not ({path.stem, path.parent.name} & DOCUMENTED or "foundation" in path.parts):
            continue
        for node in tree(path).body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                broken.append(f"{place(path, node.lineno)} {node.name}")

    assert not broken, told(broken, "Say in domain words what it does (and units, refusals, source):")


BANNED = [
    (
        r"\bdatetime\.now\(|\btimezone\.now\(|\bdatetime\.utcnow\(|\bdate\.today\(",
        {"clock.py"},
        "Ask foundation.clock, so that time can be turned",
    ),
    (
        r"\.defer\((?![\"'])|\.defer_async\(",
        set(),
        "Queue with foundation.jobs.enqueue: a plain defer survives a rollback",
    ),
    (r"^\s*print\(", {"cli.py", "config.py", "checking.py", "up.py"}, "Log it; only commands print"),
    (r"\bexcept:\s*$|except BaseException:", set(), "Catch what you expect; bugs crash"),
    (r"mark_safe\(", {"ui.py"}, "Build markup with format_html, which escapes"),
    (r"csrf_exempt", {"api.py"}, "Pages and forms are protected; hooks do not pass Django"),
    (r"\.raw\(|\.extra\(", set(), "Write a query the ORM escapes, or a function in sql/"),
    (r"float\(.*minor|_minor.*\bfloat\b", set(), "Money is whole minor units"),
]


@pytest.mark.parametrize(("pattern", "allowed", "how"), BANNED, ids=[each[0][:24] for each in BANNED])
def test_nothing_banned_is_used(pattern: str, allowed: set[str], how: str) -> None:
    banned = re.compile(pattern)
    broken = [
        f"{place(path, number)} {line.strip()}"
        for path in HAND_WRITTEN
        if path.name not in allowed and not {"sandbox", "simulate"} & set(path.parts)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if banned.search(line) and "tidy:" not in line
    ]

    assert not broken, told(broken, f"{how} (or add `# tidy: <reason>` to the line):")


def test_every_exception_to_a_check_gives_its_reason() -> None:
    marker = re.compile(r"#\s*(noqa|type:\s*ignore|pragma: no cover|tidy:)(?P<rest>.*)$")
    broken = []
    for path in [*HAND_WRITTEN, *sorted((ROOT / "tests").rglob("*.py"))]:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if match := marker.search(line):
                words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\[[^\]]*\]|:\s*[A-Z0-9, ]+\b", "", match["rest"]))
                if len(words) < 2:
                    broken.append(f"{place(path, number)} {line.strip()}")

    assert not broken, told(broken, "Say on the same line why this line is excepted:")


def test_migrations_are_named_by_meaning() -> None:
    broken = [
        place(path)
        for path in SOURCE.rglob("migrations/*.py")
        if re.search(r"_(auto|initial|temp|alter|more|fix)_?\d*(_|\.py$)", path.name)
    ]

    assert not broken, told(broken, "Name the migration after what it brings:")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_host() -> None:
    named = re.compile(
        r"^(--(index-url|extra-index-url|find-links))|files\.python"
        r"hosted|pypi\.org/(simple|packages)|registry\.npmjs"
    )
    broken = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".webp", ".ico", ".pdf"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if named.search(line):
                broken.append(place(path, number))

    assert not broken, told(broken, "An installation chooses its own registry; take the host out:")


def test_templates_obey_the_content_security_policy() -> None:
    inline = re.compile(
        r"\sstyle=\"|\son[a-z]+=\"|<script(?![^>]*(nonce|src|type=\"application/json\"))|href=\"javascript:"
    )
    broken = [
        f"{place(path, number)} {line.strip()[:100]}"
        for path in SOURCE.rglob("templates/**/*.html")
        if not {"messages", "messaging", "sandbox"} & set(path.parts)  # mail readers know inline style alone
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if inline.search(line)
    ]

    assert not broken, told(broken, "The browser would ignore inline style and script; use a class or app.js:")
