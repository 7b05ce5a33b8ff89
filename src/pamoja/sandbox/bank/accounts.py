"""Accounts at the bank, and the transfers into and out of them: the only place where their money moves."""

from pamoja.sandbox.answers import BadInput, Unknown
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

NUMBER, NAME, CURRENCY = "0123456789", "Pamoja Community", "KES"
REFERENCE_MOST = 35


def join(world: World) -> None:
    """Makes the sandbox's own account, once."""
    if world.store.one("SELECT 1 FROM bank_account WHERE number = ?", NUMBER) is None:
        open_account(world, NUMBER, NAME, CURRENCY)


def open_account(world: World, number: str, name: str, currency: str, opening_minor: int = 0) -> Row:
    """Raises: BadInput."""
    if not (number.isalnum() and 4 <= len(number) <= 34):
        raise BadInput("An account number has 4 to 34 letters and digits.", field="number")
    if not (len(currency) == 3 and currency.isalpha()):
        raise BadInput("A currency has three letters.", field="currency")
    world.store.insert(
        "bank_account",
        number=number,
        name=name[:70] or number,
        currency=currency.upper(),
        opening_minor=opening_minor,
        balance_minor=opening_minor,
    )
    return account(world, number)


def account(world: World, number: str) -> Row:
    """Raises: Unknown."""
    row = world.store.one("SELECT * FROM bank_account WHERE number = ?", number)
    if row is None:
        raise Unknown(f"account {number} at this bank")
    return row


def transfer(world: World, number: str, amount_minor: int, *, reference: str, name: str, other: str = "") -> Row:
    """Somebody pays in (or, with a negative amount, is paid). Raises: Unknown, BadInput."""
    if not amount_minor:
        raise BadInput("A transfer moves at least one.", field="amount_minor")
    at = world.clock.now()
    with world.store.transaction():
        held = account(world, number)["balance_minor"] + amount_minor
        world.store.run("UPDATE bank_account SET balance_minor = ? WHERE number = ?", held, number)
        line = world.store.insert(
            "bank_line",
            account=number,
            amount_minor=amount_minor,
            reference=" ".join(reference.split())[:REFERENCE_MOST],
            counterparty_name=name.strip()[:70] or "SOMEBODY",
            counterparty_account=other.strip()[:34],
            balance_minor=held,
            at=at.timestamp(),
        )
    world.live.publish("bank")
    return world.store.the("SELECT * FROM bank_line WHERE id = ?", line)


def unaccounted_minor(world: World) -> int:
    """Opening balances and lines against what the accounts hold; must be 0. Units: minor, of all currencies."""
    moved = "(SELECT sum(amount_minor) FROM bank_line WHERE account = number)"
    off = f"abs(balance_minor - opening_minor - coalesce({moved}, 0))"
    return int(world.store.value(f"SELECT coalesce(sum({off}), 0) FROM bank_account"))  # noqa: S608 - constants alone
