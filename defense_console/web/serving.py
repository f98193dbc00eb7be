"""Runs the pages until the program is asked to end."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Final

from defense_console.model.errors import N_, ConsoleError
from defense_console.web.app import application
from defense_console.web.processes import Consoles
from defense_console.web.served import Serving

_LARGEST_MESSAGE: Final = 1 << 20
"""Bytes of what a page sends at once: a long paste."""
_PATIENCE_S: Final = 8
"""How long open answers may take when the program ends."""


def run(serving: Serving) -> None:
    """Serve until a signal comes; every console ends in order.

    Raises:
        ConsoleError: The port is taken, or the certificate cannot be read.
    """
    import uvicorn

    consoles = Consoles(serving.most, serving.idle_min)
    app = application(serving, consoles)
    # Its own log would print addresses, which hold the secrets of links.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app, host=serving.listen, port=serving.port, log_config=None, access_log=False, server_header=False,
        proxy_headers=False, ws_max_size=_LARGEST_MESSAGE, timeout_graceful_shutdown=_PATIENCE_S,
        ssl_certfile=serving.certificate or None, ssl_keyfile=serving.key or None, limit_concurrency=500,
        timeout_keep_alive=20, h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
    try:
        config.load()
    except OSError as error:
        raise ConsoleError(N_("The certificate or its key cannot be read: {problem}"), problem=str(error)) from error
    server = uvicorn.Server(config)
    with suppress(SystemExit):  # its way to say that it could not start
        server.run()
    if not server.started:
        raise ConsoleError(
            N_("Port {port} of {listen} cannot be used: another program may have it."),
            port=serving.port, listen=serving.listen,
        )  # fmt: skip
