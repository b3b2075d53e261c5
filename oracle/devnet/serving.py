"""A web application served beside the program's own work, and stopped with it."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

POLL_SECONDS = 0.01
LAST_ANSWERS_SECONDS = 5
CTRL_C_SECONDS = 1.2
"""What is under way has so long to end when a person asks; nothing that is needed is
lost then, for it is written down before it is sent."""


@contextmanager
def serving(app: "ASGIApp", host: str, port: int) -> Iterator[str]:
    """The address at which `app` answers meanwhile. Port 0 takes any that is free.

    Raises `OSError` if the port is taken.
    """
    import uvicorn  # a node that serves nothing does without

    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        number = error.errno or 0
        raise OSError(number, os.strerror(number), f"{host}:{port}") from None
    # asyncio does so only for sockets that name their protocol, and create_server's
    # name none: an answer's second packet would wait 40 ms for the first one's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    actual = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # anybody could write them
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

    What is under way is then finished first: SIGINT and SIGTERM are taken. A person
    (SIGINT) doesn't wait for long, though: then it is broken off.
    """
    asked = Event()
    taken = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = {s: signal.getsignal(s) for s in taken}

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        asked.set()
        if number == signal.SIGINT:
            signal.setitimer(signal.ITIMER_REAL, CTRL_C_SECONDS)

    def break_off(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)  # as it was asked to

    for number in before:
        signal.signal(number, break_off if number == signal.SIGALRM else ask)
    try:
        yield asked
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
