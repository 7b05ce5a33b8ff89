"""`pamoja simulate`: plays months of a community in a minute and proves where every shilling went."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pamoja.site.cli import with_django

if TYPE_CHECKING:
    from collections.abc import Callable

    from pamoja.site.simulating.circle import Played
    from pamoja.site.simulating.messages import Played as MessagesPlayed
    from pamoja.site.simulating.messages_proof import Proof as MessagesProof
    from pamoja.site.simulating.proof import Proof

# From so many attempts on, several worlds share them: each has one process that works, and a core is not enough.
SHARED_FROM = 1_000


@click.group()
def command() -> None:
    """Months in a minute, on ground of its own; the demo notices nothing."""


@command.command()
@click.option("--members", type=click.IntRange(2, 50), default=12, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=12, show_default=True, help="As many are played.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed strikes the same phones.")
@click.option("--faults", is_flag=True, help="The provider fails in all its ways, and people do not always answer.")
def circle(members: int, rounds: int, seed: int, faults: bool) -> None:
    """A savings circle from its first invitation to its last pot; exit code 1 when anything does not add up."""
    began = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - began:5.1f} s  {line}")

    from pamoja.site.simulating.ground import ground

    folder = Path(os.environ.get("PAMOJA_DATA") or "var").resolve()
    with ground(folder):
        with_django()
        from django.conf import settings

        from pamoja.kernel.communities.public import entered
        from pamoja.site.simulating.circle import Wanted, movements, play
        from pamoja.site.simulating.proof import prove

        say("The ground is laid: database, sandbox, front door")
        played = play(settings.PAMOJA, Wanted(members, rounds, seed, faults), say=say)
        with entered(played.community.pk):
            proof = prove(played.circle_id, played.people, movements(settings.PAMOJA))
        _report(proof, played)
        click.echo(json.dumps(_figures(proof, played) | {"seed": seed, "seconds": round(time.monotonic() - began, 1)}))
        from django.db import connection

        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    if not proof.holds:
        raise SystemExit(1)


def _report(proof: Proof, played: Played) -> None:
    click.echo()
    for line in proof.lines():
        click.echo(line)
    if played.struck:
        click.echo(f"Faults that struck: {', '.join(f'{kind} {count}' for kind, count in played.struck.items())}.")
    click.echo("Every shilling is accounted for." if proof.holds else "IT DOES NOT ADD UP.")


def _figures(proof: Proof, played: Played) -> dict[str, Any]:
    return {
        "rounds_paid": proof.rounds_paid,
        "unaccounted_minor": proof.unaccounted_minor,
        "holds": proof.holds,
        "members": len(played.people),
        "faults_struck": sum(played.struck.values()),
        "steps": played.steps,
        "jobs_failed": played.jobs_failed,
        "days_played": (played.ended_at - played.began_at).days,
    }


@command.command("ledger-crash")
@click.option("--kills", type=click.IntRange(1, 10_000), default=25, show_default=True, help="How often it is killed.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed waits as long before each kill.")
def ledger_crash(kills: int, seed: int) -> None:
    """Kill PostgreSQL with -9 under load, again and again; exit code 1 if anything acknowledged is lost or doubled."""
    from pamoja.site.simulating.ground import database_to_kill

    folder = Path(os.environ.get("PAMOJA_DATA") or "var").resolve()
    with database_to_kill(folder) as server:
        with_django()
        from django.db import connection

        from pamoja.site.simulating.crashes import play

        result = play(server, kills=kills, seed=seed, say=click.echo)
        connection.close()
    verdict = "Nothing acknowledged was lost, nothing was doubled." if result.holds else "MONEY WAS LOST OR DOUBLED."
    click.echo(verdict)
    click.echo(json.dumps(result.figures()))
    if not result.holds:
        raise SystemExit(1)


@command.command()
@click.option("--members", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--faults", type=click.Choice(["none", "all"]), default="none", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed says the same to the same people.")
def messages(members: int, faults: str, seed: int) -> None:
    """Say much to many; dispatchers are killed, requests lost, people stop; exit code 1 if any is lost or doubled."""
    began = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {line}")

    from pamoja.site.simulating.ground import ground

    folder = Path(os.environ.get("PAMOJA_DATA") or "var").resolve()
    with ground(folder):
        os.environ["PAMOJA_CLOCK_URL"] = f"http://127.0.0.1:{os.environ['PAMOJA_SANDBOX_PORT']}/clock"
        os.environ.setdefault("PAMOJA_TWILIO_SMS_A_SECOND", "40")
        with_django()
        from django.conf import settings
        from django.db import connection

        from pamoja.kernel.communities.public import community_with_slug, entered
        from pamoja.site.simulating.messages import Wanted, play
        from pamoja.site.simulating.messages_proof import prove

        say("The ground is laid: database, sandbox")
        played = play(settings.PAMOJA, Wanted(members, seed, faults == "all"), say=say)
        with entered(community_with_slug("simulation").pk):
            proof = prove(settings.PAMOJA, played)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    holds = proof.holds and not played.unfinished
    _report_messages(proof, played, holds=holds)
    more = {"members": members, "seed": seed, "holds": holds, "seconds": round(time.monotonic() - began, 1)}
    click.echo(json.dumps(proof.figures() | played.figures() | more))
    if not holds:
        raise SystemExit(1)


def _report_messages(proof: MessagesProof, played: MessagesPlayed, *, holds: bool) -> None:
    for line in proof.lines():
        click.echo(line)
    if played.struck or played.kills:
        struck = ", ".join(f"{kind} {count}" for kind, count in played.struck.items())
        click.echo(f"Dispatchers killed: {played.kills}. Faults that struck: {struck or 'none'}.")
    click.echo("Each came once, in order, and nobody was disturbed." if holds else "IT DOES NOT ADD UP.")


@command.command()
@click.option("--attempts", type=click.IntRange(1, 200_000), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed strikes the same requests.")
@click.option("--faults", type=click.Choice(["all", "none"]), default="all", show_default=True)
@click.option(
    "--worlds", type=click.IntRange(1, 8), default=None, help="So many at once share the attempts; else one a core."
)
def payments(attempts: int, seed: int, faults: str, worlds: int | None) -> None:
    """Payments over every rail with everything going wrong; exit code 1 when anything is doubled, lost or disagrees."""
    began = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {line}")

    count = worlds or (min(4, os.cpu_count() or 1) if attempts >= SHARED_FROM else 1)
    if count == 1:
        figures, struck = _payments_in_one_world(attempts, seed, faults == "all", say)
    else:
        from pamoja.site.simulating.worlds import play_in_worlds

        figures, struck = play_in_worlds(attempts, seed, faults, count, say)
    for kind, times in sorted(struck.items()):
        click.echo(f"{kind:24} {times}")
    more = {"worlds": count, "faults_struck": sum(struck.values()), "seconds": round(time.monotonic() - began, 1)}
    click.echo(json.dumps(figures | more))
    if any(figures[name] for name in ("doubled", "lost", "difference_minor", "undecided")):
        raise SystemExit(1)


def _payments_in_one_world(
    attempts: int, seed: int, with_faults: bool, say: Callable[[str], None]
) -> tuple[dict[str, int], dict[str, int]]:
    """What came of it, and how often each fault struck."""
    from pamoja.site.simulating.ground import ground

    folder = Path(os.environ.get("PAMOJA_DATA") or "var").resolve()
    with ground(folder):
        with_django()
        from django.conf import settings
        from django.db import connection

        from pamoja.site.simulating.payments import play

        proof = play(settings.PAMOJA, attempts=attempts, seed=seed, faults=with_faults, say=say)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    return proof.figures(), proof.struck
