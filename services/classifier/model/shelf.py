"""Holds the model that is being served. A new one that cannot be loaded leaves the last good one in place."""

from pathlib import Path

from services.classifier.model.artifact import ArtifactError, load
from services.classifier.model.score import Scorer
from shared.logs import get_log

_log = get_log("shelf")


class NoModelError(Exception):
    """No model has been loaded yet."""


class Shelf:
    """The place of one model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._scorer: Scorer | None = None

    @property
    def scorer(self) -> Scorer:
        """The model that serves now. Raises NoModelError."""
        if self._scorer is None:
            raise NoModelError
        return self._scorer

    def has_model(self) -> bool:
        """Whether anything can be judged."""
        return self._scorer is not None

    def put(self, version: str) -> bool:
        """Loads a version; whether it serves now."""
        if self._scorer is not None and self._scorer.version == version:
            return True
        try:
            self._scorer = Scorer(load(self.folder, version), version)
        except ArtifactError as error:
            _log.error("model_refused", version=version, reason=str(error))
            return False
        _log.info("model_serves", version=version)
        return True
