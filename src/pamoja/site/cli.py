"""The `pamoja` command. Starts at once: what a command needs is imported when it runs."""

import os
import sys

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Runs and looks after a Pamoja installation; settings come from PAMOJA_* and .env."""


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


def with_django() -> None:
    """For a command that needs the models: everything but `migrate` works as the role that may only use."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pamoja.site.settings"
    import django

    django.setup()


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
    sys.exit(main())
