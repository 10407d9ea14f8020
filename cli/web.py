"""How the web server is set up: the bounds of its protocol, and nothing that names it."""

import uvicorn
from starlette.applications import Starlette

from cli.protocol import IDLE_SECONDS, Crowd, bounded
from engine.settings import Settings

GRACE = 5
"""Seconds that requests have to end when the server stops."""


def web_config(app: Starlette, settings: Settings, port: int = 0) -> uvicorn.Config:
    """The configuration for an application; ``port`` counts where it gets no socket."""
    crowd = Crowd(settings.connections, settings.connections_each, settings.proxies)
    app.state.metrics.watch("clew_connections", "Open connections.", lambda: float(crowd.total))
    return uvicorn.Config(
        app,
        port=port,
        http=bounded(crowd),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # it would trust all programs on this machine: api.traffic.address
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE,
    )
