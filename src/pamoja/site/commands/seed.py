"""`pamoja seed`: two demo communities with a living history."""

import click

from pamoja.site.cli import with_django


@click.command()
def command() -> None:
    """Plant the demo into an empty database; the sandbox must run, web and worker must not."""
    with_django()
    from django.conf import settings

    from pamoja.kernel.communities.public import Community
    from pamoja.site.seeding.plant import plant

    if settings.PAMOJA.is_production:
        raise click.ClickException("The demo is for development; a production database is not seeded.")
    if Community.objects.exists():
        raise click.ClickException("There are communities already; `pamoja fresh` forgets them.")
    plant(settings.PAMOJA)
