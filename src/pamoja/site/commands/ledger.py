"""`pamoja ledger`: proves the books of a live installation."""

import click

from pamoja.site.cli import with_django


@click.group()
def command() -> None:
    """The books."""


@command.command()
def verify() -> None:
    """Recompute every balance, sequence, hold and kept sum of every community; exit code 1 when one differs."""
    with_django()
    from pamoja.kernel.communities.public import each_community
    from pamoja.kernel.ledger.public import invariants
    from pamoja.kernel.ledger.public import verify as verify_community

    broken = 0
    for community in each_community():
        findings = verify_community()
        broken += len(findings)
        verdict = "all hold" if not findings else f"{len(findings)} are BROKEN"
        click.echo(f"{community.slug}: {len(invariants())} invariants, {verdict}")
        for finding in findings:
            click.echo(f"  {finding.invariant.name}: {finding.invariant.sentence}")
            for case in finding.cases:
                click.echo(f"    {case}")
    if broken:
        raise click.ClickException("The books differ from what was posted.")
