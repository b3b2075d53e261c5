"""A web application served beside the program's own work, and stopped with it."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

POLL_SECONDS = 0.01
LAST_ANSWERS_SECONDS = 5


@contextmanager
def serving(app: ASGIApp, host: str, port: int) -> Iterator[str]:
    """The address at which `app` answers meanwhile. Port 0 takes any that is free.

    Raises `OSError` if the port is taken.
    """
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        number = error.errno or 0
        raise OSError(number, os.strerror(number), f"{host}:{port}") from None
    actual = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(POLL_SECONDS)
        yield f"http://{host}:{actual}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that is set when somebody asks the process to end; a second time kills.

    What is under way is then finished first: SIGINT and SIGTERM are taken.
    """
    asked = Event()
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        asked.set()

    for number in before:
        signal.signal(number, ask)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
