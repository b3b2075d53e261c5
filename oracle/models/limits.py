"""How much of a stranger's time and bytes a model is worth."""

import time
from dataclasses import dataclass, field
from threading import Event

from oracle.errors import FetchStopped, ImageTooLong

NAP_SECONDS = 0.25
"""How long to wait for bytes before looking whether to go on."""
FRAME_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one model. An address that gives fewer than `least_bytes` of the image in
    `window_seconds` is left; so it can't be slower than 1.1 kB/s, nor fall silent."""

    size_bytes: int = 1 << 31
    """No image is longer: the machine has no room for more."""
    seconds: float = 3600.0
    """For all addresses together."""
    least_bytes: int = 1 << 15
    window_seconds: float = 30.0

    @property
    def wire_bytes(self) -> int:
        """What an address may send in all, headers and frames of chunks included."""
        return 2 * self.size_bytes + FRAME_BYTES


UNHURRIED = Limits()


@dataclass(slots=True)
class Turn:
    """One address's turn: it has its share of the model's time, if it isn't too slow.

    An address that uses up its share is left for the next; what it gave is kept, and
    gone on with in the next attempt. So each gets a share in each attempt, however
    the others behave, and no address takes more than that.
    """

    limits: Limits
    seconds: float
    stop: Event
    begun: float = field(default_factory=time.monotonic)
    sent_bytes: int = 0
    """On the wire."""
    _window_end: float = field(init=False)
    _window_bytes: int = 0

    def __post_init__(self) -> None:
        self._window_end = self.begun + self.limits.window_seconds

    def heed(self) -> None:
        """Raises `FetchStopped`, or `TimeoutError` when it's over."""
        if self.stop.is_set():
            raise FetchStopped()
        now = time.monotonic()
        if now >= self.begun + self.seconds:
            raise TimeoutError(f"not there after {self.seconds:g} seconds")
        if now >= self._window_end:
            least, window = self.limits.least_bytes, self.limits.window_seconds
            if self._window_bytes < least:
                raise TimeoutError(
                    f"too slow: expected {least} bytes in {window:g} seconds, "
                    f"got {self._window_bytes}"
                )
            self._window_end, self._window_bytes = now + window, 0

    def left(self, most: float) -> float:
        """Seconds to wait for something, at most so many. Raises as `heed`."""
        self.heed()
        end = min(self.begun + self.seconds, self._window_end)
        return max(min(most, end - time.monotonic()), 0.001)

    def note_image(self, size: int) -> None:
        """So many bytes of the image came."""
        self._window_bytes += size

    def note_wire(self, size: int) -> None:
        """So many bytes came. Raises `ImageTooLong`."""
        self.sent_bytes += size
        if self.sent_bytes > self.limits.wire_bytes:
            raise ImageTooLong(self.limits.wire_bytes, self.sent_bytes)
