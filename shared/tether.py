"""Ties a child process to its parent: when the parent dies, by whatever means, the kernel ends the child."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child that has changed its user may no longer be able to read the library.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` for a child of this process; None where the kernel has no such service.

    The signal comes when the *thread* that forked ends, so spawn from the main thread.
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tether() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, with_signal)
        if os.getppid() != parent:  # The parent died between the fork and this line.
            os._exit(1)

    return tether
