"""Starts the outside world: `python -m pamoja.sandbox --port 9100 --smtp-port 9101 --data var/sandbox`."""

import argparse
import contextlib
import socket
from pathlib import Path

import uvicorn

from pamoja.sandbox.app import Sandbox, create_app

GRACE_S = 3


class Server(uvicorn.Server):
    """Ends the console's endless streams first, so that stopping takes no longer than it must."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if isinstance(self.config.app, Sandbox):
            self.config.app.state.world.live.close()
        await super().shutdown(sockets)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pamoja.sandbox", description="The outside world on localhost.")
    parser.add_argument("--port", type=int, default=9100, help="HTTP: console, impersonated APIs, API for tests")
    parser.add_argument("--smtp-port", type=int, default=9101, help="where letters are received")
    parser.add_argument("--data", type=Path, default=Path("var/sandbox"), help="the folder of its memory")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--callback-host", action="append", default=[], help="a further host to call back over plain HTTP"
    )
    parser.add_argument("--inbound", default="", help="where what people write to Twilio's numbers is posted")
    parser.add_argument("--meta", default="", help="where everything about Meta's first number is told")
    options = parser.parse_args()
    app = create_app(
        options.data,
        smtp_port=options.smtp_port,
        host=options.host,
        callback_hosts=tuple(options.callback_host),
        port=options.port,
        inbound_url=options.inbound,
        meta_url=options.meta,
    )
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
        Server(config).run()


if __name__ == "__main__":
    main()
