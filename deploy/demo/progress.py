"""How far the demo is: bars on a terminal, a line for each part elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.commands.ground import say


class Shown:
    """Shows one bar for each part of the work."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def part(self, what: str, total: int) -> Callable[[int], None]:
        """Begins a part; the result is told how much of it is done."""
        if self._progress.disable:
            say(f"{what}: {total}")
        task = self._progress.add_task(what, total=total)
        return lambda done: self._progress.update(task, completed=done)


@contextmanager
def shown() -> Iterator[Shown]:
    """Standard error, as long as something goes on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Shown(progress)
