"""The `pamoja` command. Starts at once: what a command needs is imported when it runs."""

import importlib
import os
import sys
import time
from pathlib import Path

import click

FOLDER = Path(__file__).parent / "commands"


class Commands(click.Group):
    """The commands below, and one for each module in `commands/`, named after it; imported when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        others = [path.stem for path in FOLDER.glob("[a-z]*.py")]
        return sorted([*super().list_commands(context), *others])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if found := super().get_command(context, name):
            return found
        if not (FOLDER / f"{name}.py").exists():
            return None
        command: click.Command = importlib.import_module(f"pamoja.site.commands.{name}").command
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Runs and looks after a Pamoja installation; settings come from PAMOJA_* and .env."""


def with_django() -> None:
    """For a command that needs the models: everything but `migrate` works as the role that may only use."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pamoja.site.settings"
    import django

    django.setup()


@main.command()
def up() -> None:
    """Bring everything up: database, sandbox, worker and web. Ctrl-C stops it."""
    from pamoja.site.config import load
    from pamoja.site.up import CannotStart, Installation

    try:
        Installation(load()).run()
    except CannotStart as reason:
        raise click.ClickException(str(reason)) from None


@main.command()
@click.option("--wait", default=0, metavar="SECONDS", help="Ask until it is ready or this time is over.")
def ready(wait: int) -> None:
    """Say whether the platform is ready; the exit code says it too."""
    from pamoja.site.config import load
    from pamoja.site.up import readiness, told

    port, deadline = load().port, time.monotonic() + wait
    while (report := readiness(port)).get("status") != "ready":
        if time.monotonic() >= deadline:
            raise click.ClickException(f"http://localhost:{port} is not ready: {told(report)}")
        time.sleep(0.25)
    click.echo(f"http://localhost:{port} is ready")


@main.command()
@click.argument("arguments", nargs=-1)
def migrate(arguments: tuple[str, ...]) -> None:
    """Bring the database to this version's schema, as its owner. Arguments go to Django's migrate."""
    from pamoja.site.config import load
    from pamoja.site.migrating import migrate as run
    from pamoja.site.roles import DatabaseUnfit

    try:
        run(load(), arguments=arguments)
    except DatabaseUnfit as unfit:
        raise click.ClickException(str(unfit)) from None


@main.command()
def fresh() -> None:
    """Forget everything in the data folder; the next `pamoja up` starts over."""
    from pamoja.site.config import load
    from pamoja.site.postgres import AlreadyRunning
    from pamoja.site.starting_over import NotOurs, forget

    try:
        forget(load())
    except (AlreadyRunning, NotOurs) as reason:
        raise click.ClickException(str(reason)) from None


@main.command()
def web() -> None:
    """Serve the platform, and nothing else, on PAMOJA_HOST and PAMOJA_PORT."""
    from pamoja.site.web import run

    run()


@main.command()
def worker() -> None:
    """Run queued and periodic jobs, and nothing else."""
    with_django()
    from pamoja.site.worker import run

    run()


@main.command()
def check() -> None:
    """Check the code: formatting, lint, types, import contracts, migrations, house rules."""
    from pamoja.site.checking import run

    sys.exit(run())


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own commands, such as `pamoja django makemigrations`."""
    with_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["pamoja django", *arguments])


@main.command()
def shell() -> None:
    """Open a Python shell with the models."""
    with_django()
    from django.core.management import call_command

    call_command("shell")


if __name__ == "__main__":
    main()
