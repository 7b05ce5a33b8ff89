"""`pamoja audit`: proves that nobody has changed what was recorded."""

import click

from pamoja.site.cli import with_django


@click.group()
def command() -> None:
    """The stream of facts."""


@command.command()
def verify() -> None:
    """Recompute every seal of every community; exit code 1 when one is broken."""
    with_django()
    from pamoja.kernel.audit.public import verify as verify_community
    from pamoja.kernel.communities.public import each_community

    broken = False
    for community in each_community():
        report = verify_community()
        broken = broken or not report.holds
        verdict = "holds" if report.holds else f"is BROKEN at seal {report.broken_at}"
        click.echo(
            f"{community.slug}: the chain {verdict}; {report.facts} facts under {report.seals} seals, "
            f"{report.unsealed} not sealed yet"
        )
    if broken:
        raise click.ClickException("Facts were changed after they were sealed.")
