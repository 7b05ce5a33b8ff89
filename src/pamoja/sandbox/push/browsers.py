"""Browsers with keys of their own, as `PushManager.subscribe` makes them."""

import base64
import binascii
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pamoja.sandbox.answers import BadInput, Unknown
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

GONE = (404, 410)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises: ValueError for what is no base64url."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def make_browser(world: World, *, name: str, server_key: str) -> Row:
    """A browser that lets itself be woken by who holds `server_key` (base64url); by anybody where it is empty."""
    try:
        if server_key:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(server_key))
    except ValueError:
        raise BadInput("applicationServerKey is no public key.", field="applicationServerKey") from None
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    token = secrets.token_urlsafe(24)
    world.store.insert(
        "push_browser",
        token=token,
        name=name[:60] or "A browser",
        private_key=b64(key.private_numbers().private_value.to_bytes(32, "big")),
        p256dh=b64(public),
        auth=b64(secrets.token_bytes(16)),
        server_key=server_key.rstrip("="),
        at=world.clock.now().timestamp(),
    )
    world.live.publish("push")
    return browser(world, token)


def browser(world: World, token: str) -> Row:
    """Raises: Unknown."""
    row = world.store.one("SELECT * FROM push_browser WHERE token = ?", token)
    if row is None:
        raise Unknown("such browser")
    return row


def go_away(world: World, token: str, status: int) -> None:
    """From now on its endpoint answers so; 0 lets it be woken again. Raises: Unknown; BadInput."""
    if status not in (0, *GONE):
        raise BadInput("gone_status is 404, 410 or 0.", field="gone_status")
    browser(world, token)
    world.store.run("UPDATE push_browser SET gone_status = ? WHERE token = ?", status, token)
    world.live.publish("push")


def endpoint(world: World, row: Row) -> str:
    return f"{world.options.url}/push/{row['token']}"


def as_json(world: World, row: Row) -> dict[str, object]:
    """As `PushSubscription.toJSON` has it, with the browser's name beside."""
    return {
        "endpoint": endpoint(world, row),
        "expirationTime": None,
        "keys": {"p256dh": row["p256dh"], "auth": row["auth"]},
        "name": row["name"],
        "token": row["token"],
        "gone_status": row["gone_status"],
    }
