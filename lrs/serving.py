"""Serving the application: one process, or several that share the listening socket."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from lrs import logs
from lrs.failures import Failure
from lrs.protocol import protocol_with
from lrs.workers import CANNOT_START, Supervisor
from lrs.working import working_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from lrs.settings import Settings

    AppFactory = Callable[[Settings], ASGIApp]

logger = logging.getLogger(__name__)

_BACKLOG: Final = 2048
# After the running requests, the application's own end (the writer's last flush) gets this long.
_LIFESPAN_SECONDS: Final = 10.0
_FAILED: Final = 1


class ServingError(Failure):
    """The server cannot start; the text is one line for the operator."""


def serve(settings: Settings, app_factory: AppFactory) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status: 0, or 1 if it did not end well.

    `app_factory` runs in each worker, in a process of its own if there are several: it must be a
    function at the top of a module. Raises ServingError for an address or TLS files that cannot be
    used.
    """
    logs.configure(settings)
    _check_tls(settings)
    with _listening_socket(settings) as listener, working_beside(settings):
        _announce(settings, listener)
        if settings.workers == 1:
            return min(1, work(replace(settings, metrics_dir=None), listener, app_factory))
        supervisor = Supervisor(settings, listener, partial(_be_worker, app_factory=app_factory))
        return supervisor.run(settings.shutdown_grace_seconds + _LIFESPAN_SECONDS)


def work(settings: Settings, listener: socket.socket, app_factory: AppFactory) -> int:
    """Serve in this process until a signal; return the exit status, CANNOT_START among others."""
    server = _Server(config_of(settings, app_factory))
    try:
        server.run(sockets=[listener])
    except SystemExit:
        # uvicorn's word for an application that failed to start; the log has the reason.
        return CANNOT_START
    except Exception:
        logger.exception("the server failed")
        return _FAILED if server.started else CANNOT_START
    return 0


class _Server(uvicorn.Server):
    """uvicorn's server that ends with its parent, in bounded time, and with status 0."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        parent = multiprocessing.parent_process()
        if parent is not None:
            loop = asyncio.get_running_loop()
            loop.add_reader(parent.sentinel, self._stop_without_parent, parent.sentinel)
        logger.info("ready", extra={"facts": {"process": os.getpid()}})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        grace_seconds = self.config.timeout_graceful_shutdown or 0
        exit_hard_after(grace_seconds + _LIFESPAN_SECONDS)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal; uvicorn would raise it again, and die by it, after an orderly end."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.handle_exit)
        yield

    def _stop_without_parent(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        logger.warning("the parent process is gone, stopping")
        self.should_exit = True


def config_of(settings: Settings, app_factory: AppFactory) -> uvicorn.Config:
    """Return how uvicorn is to run the application: with our protocol, and little of its own."""
    return uvicorn.Config(
        partial(app_factory, settings),
        factory=True,
        loop="uvloop",
        http=protocol_with(settings),
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=ceil(settings.shutdown_grace_seconds),
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )


def _be_worker(settings: Settings, listener: socket.socket, *, app_factory: AppFactory) -> None:
    logs.configure(settings)
    _keep_to_ourselves()
    sys.exit(work(settings, listener, app_factory))


def _keep_to_ourselves() -> None:
    """Let no process that this one starts have what it was given, which uvloop would pass on.

    It would go on listening at our address, and our parent would not learn that we are gone.
    """
    for descriptor in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        with suppress(OSError):  # the one that read the list is closed by now
            if descriptor > sys.stderr.fileno():
                fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)


def exit_hard_after(seconds: float) -> None:
    """End this process if it is still there then: a thread that hangs must not keep it."""

    def end() -> None:
        logger.error("the server did not stop in time")
        os._exit(_FAILED)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _listening_socket(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        # Listening from the start, so that clients wait for the workers instead of being refused.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        place = f"{settings.host}:{settings.port}"
        raise ServingError(f"cannot listen on {place}: {error.strerror or error}") from None
    return listener


def _check_tls(settings: Settings) -> None:
    """Load the TLS files once before the workers do, to say clearly what is wrong with them."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.tls_certificate, settings.tls_key
        )
    except (OSError, ssl.SSLError) as error:
        files = f"LRS_TLS_CERTIFICATE={settings.tls_certificate}, LRS_TLS_KEY={settings.tls_key}"
        raise ServingError(f"cannot use {files}: {error.strerror or error}") from None


def _announce(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    scheme = "http" if settings.tls_certificate is None else "https"
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    facts = {"url": url, "workers": settings.workers, "process": os.getpid()}
    logger.info("listening", extra={"facts": facts})
