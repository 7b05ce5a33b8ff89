"""Serves the front door with uvicorn, as the settings say."""

import uvicorn

from pamoja.site.config import load
from pamoja.site.logs import logging_settings

GRACE_SECONDS = 10
WEB_SOCKET_BYTES_MAX = 16_384


def run() -> None:
    """Serves until it is told to stop; requests that have begun are finished."""
    config = load()
    uvicorn.run(
        "pamoja.site.asgi:application",
        host=config.host,
        port=config.port,
        log_config=logging_settings(config.log_level, config.log_format),
        access_log=False,
        server_header=False,
        # Nobody is believed about where a request came from unless the settings name them.
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=config.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # Live frames are small: a compressor for each of thousands of sockets costs more memory than it saves.
        ws_max_size=WEB_SOCKET_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="on",
    )
