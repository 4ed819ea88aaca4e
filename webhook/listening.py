"""Listeners and their end: one for the API server over TLS, one for Prometheus in the clear."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Final

from aiohttp import web
from prometheus_client.exposition import choose_encoder

if TYPE_CHECKING:
    import ssl

    from prometheus_client import CollectorRegistry

_GRACE: Final = 5.0
"""Seconds that requests in flight have once the listener is closed; none of ours takes longer."""


class Listener:
    """An application on a port."""

    def __init__(
        self, application: web.Application, *, host: str | None, port: int, tls: ssl.SSLContext | None
    ) -> None:
        # The access log is ours: one line for each decision.
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=_GRACE)
        self._host = host
        self._port = port
        self._tls = tls

    async def open(self) -> int:
        """Begin to listen; return the port, which the system chose where 0 was asked for."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls, reuse_address=True)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening, let requests in flight finish, close every connection."""
        await self._runner.cleanup()


def metrics_application(registry: CollectorRegistry) -> web.Application:
    """Return an application that serves `/metrics` from `registry`, and `/healthz`."""

    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        response = web.Response(body=encode(registry), headers={"Content-Type": content_type})
        response.enable_compression()
        return response

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    application = web.Application()
    application.router.add_get("/metrics", metrics)
    application.router.add_get("/healthz", healthz)
    return application


async def told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError):
                loop.remove_signal_handler(number)
