"""How many files may be on their way at once: altogether, and from one network."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shared.web.problems import Problem

UPLOADS_AT_ONCE_MAX = 64  # Of one process; each takes about a megabyte of memory.
UPLOADS_OF_A_NETWORK_MAX = 8
BUSY_S = 5


class Uploads:
    """Counts them."""

    def __init__(
        self, *, at_once_max: int = UPLOADS_AT_ONCE_MAX, of_a_network_max: int = UPLOADS_OF_A_NETWORK_MAX
    ) -> None:
        self._at_once_max = at_once_max
        self._of_a_network_max = of_a_network_max
        self._running: Counter[str] = Counter()

    @contextmanager
    def turn(self, network: str) -> Iterator[None]:
        """One upload, as long as the block lasts. Raises 503 when there are enough."""
        if self._running.total() >= self._at_once_max or self._running[network] >= self._of_a_network_max:
            raise Problem("uploads_busy", 503, about={"retry_after_s": BUSY_S})
        self._running[network] += 1
        try:
            yield
        finally:
            self._running[network] -= 1
            if not self._running[network]:
                del self._running[network]
