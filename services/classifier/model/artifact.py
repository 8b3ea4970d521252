"""A trained model as a file: arrays and JSON, named by its own hash. Reading one runs no code of it."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from services.classifier.model.terms import TERMS_VERSION
from shared.contracts.vocabulary import Language

FORMAT_VERSION = 1
# What numpy, zipfile and json raise for a file of another form.
_OTHER_FORM = (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile)
FILE_BYTES_MAX = 512 * 1024 * 1024
Floats = npt.NDArray[np.float64]


class ArtifactError(Exception):
    """The file is not the model that it should be: missing, changed, cut short, or made for other code."""


@dataclass(frozen=True)
class Head:
    """One question that a model answers: a weight for each class and term, and an intercept for each class."""

    classes: tuple[str, ...]
    weights: Floats  # (terms, classes)
    intercepts: Floats  # (classes,)


@dataclass(frozen=True)
class LanguageModel:
    """What is known of one language: its terms, how rare each is, and the heads."""

    vocabulary: dict[str, int]
    idf: Floats  # (terms,)
    category: Head
    urgency: Head


@dataclass(frozen=True)
class Artifact:
    """A whole model. `about` says what it was trained from and with."""

    languages: dict[Language, LanguageModel]
    about: dict[str, Any]


def save(artifact: Artifact, folder: Path) -> str:
    """Writes the model and returns its version, which is the file's SHA-256."""
    content = _pack(artifact)
    version = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{version}.draft"
    draft.write_bytes(content)
    draft.replace(path_of(folder, version))
    return version


def load(folder: Path, version: str) -> Artifact:
    """The model of this version. Raises ArtifactError for anything else."""
    path = path_of(folder, version)
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ArtifactError("the file is too large")
        content = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"the file cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != version:
        raise ArtifactError("the file is not what was trained")
    try:
        return _unpack(content)
    except _OTHER_FORM as error:
        raise ArtifactError(f"the file has another form: {type(error).__name__}") from error


def path_of(folder: Path, version: str) -> Path:
    """Where a version lies."""
    return folder / f"{version}.npz"


def _pack(artifact: Artifact) -> bytes:
    arrays: dict[str, npt.NDArray[Any]] = {}
    meta: dict[str, Any] = {"format": FORMAT_VERSION, "terms": TERMS_VERSION, "about": artifact.about, "languages": {}}
    for language, model in sorted(artifact.languages.items()):
        ordered = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
        meta["languages"][language] = {"vocabulary": ordered} | {
            name: list(head.classes) for name, head in _heads(model).items()
        }
        arrays[f"{language}.idf"] = model.idf
        for name, head in _heads(model).items():
            arrays[f"{language}.{name}.weights"] = head.weights
            arrays[f"{language}.{name}.intercepts"] = head.intercepts
    arrays["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _heads(model: LanguageModel) -> dict[str, Head]:
    return {"category": model.category, "urgency": model.urgency}


def _unpack(content: bytes) -> Artifact:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        meta = json.loads(arrays["meta"].tobytes())
        if (meta["format"], meta["terms"]) != (FORMAT_VERSION, TERMS_VERSION):
            raise ValueError("made for other code")
        languages = {Language(language): _unpack_language(arrays, language, meta) for language in meta["languages"]}
    return Artifact(languages, meta["about"])


def _unpack_language(arrays: Any, language: str, meta: dict[str, Any]) -> LanguageModel:  # noqa: ANN401 - numpy's NpzFile
    known = meta["languages"][language]

    def head(name: str) -> Head:
        weights, intercepts = arrays[f"{language}.{name}.weights"], arrays[f"{language}.{name}.intercepts"]
        if weights.shape != (len(known["vocabulary"]), len(known[name])) or intercepts.shape != (len(known[name]),):
            raise ValueError("shapes do not fit")
        return Head(tuple(known[name]), weights, intercepts)

    vocabulary = {term: index for index, term in enumerate(known["vocabulary"])}
    idf = arrays[f"{language}.idf"]
    if idf.shape != (len(vocabulary),):
        raise ValueError("shapes do not fit")
    return LanguageModel(vocabulary, idf, head("category"), head("urgency"))
