"""One server: uvicorn with our settings, our connections and the application behind them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import uvicorn

from portal.edge import Inner
from portal.server.at_once import AtOnce
from portal.server.bridge import Bridge

THREADS: Final = 8  # more than wait for heavy queries and exports at once, so that pages always find one
IDLE_SECONDS: Final = 75  # that a connection may stay open with nothing asked
ENDING_SECONDS: Final = 10  # for requests that are being answered when the server is to end


def make_server(application: Inner, is_wanted: Callable[[], bool] = lambda: True) -> uvicorn.Server:
    """A server of the application; it ends by itself when, asked once a second, it is wanted no more."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # what strangers send is no news

    class Served(AtOnce):
        edge = application

    async def look() -> None:
        if not is_wanted():
            server.should_exit = True

    server = uvicorn.Server(
        uvicorn.Config(
            Bridge(application, THREADS),
            http=Served,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=ENDING_SECONDS,
            callback_notify=look,
            timeout_notify=1,
        )
    )
    return server
