"""Trains a model; the only part of the service that imports scikit-learn, and it runs in a process of its own."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from services.classifier.model.artifact import Artifact, Head, LanguageModel, save
from services.classifier.model.corpus import Example, corpus_hash, starter_examples
from services.classifier.model.terms import terms
from shared.contracts.vocabulary import Language

_ONE_TERM = r"\S+"
ITERATIONS_MAX = 1_000
TOLERANCE = 1e-4
INVERSE_REGULARISATION = 4.0  # Chosen by five-fold cross-validation on the starter corpus: docs/measured.


class NotConvergedError(Exception):
    """The solver stopped before it was done; such a model is not kept."""


@dataclass(frozen=True)
class Fitted:
    """scikit-learn's objects for one language."""

    vectorizer: TfidfVectorizer
    category: LogisticRegression
    urgency: LogisticRegression


def fit(examples: Sequence[Example], language: Language) -> Fitted:
    """One vectoriser shared by two logistic regressions. Raises NotConvergedError."""
    vectorizer = TfidfVectorizer(token_pattern=_ONE_TERM, lowercase=False, sublinear_tf=True)
    matrix = vectorizer.fit_transform([cut(example.text, language) for example in examples])

    def head(labels: Sequence[str]) -> LogisticRegression:
        regression = LogisticRegression(
            C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=ITERATIONS_MAX, tol=TOLERANCE
        )
        regression.fit(matrix, labels)
        if max(regression.n_iter_) >= ITERATIONS_MAX:
            raise NotConvergedError(f"not converged after {ITERATIONS_MAX} iterations")
        return regression

    return Fitted(
        vectorizer,
        category=head([example.category for example in examples]),
        urgency=head([example.urgency.value for example in examples]),
    )


def cut(text: str, language: Language) -> str:
    """A text as the vectoriser gets it: its terms between blanks."""
    return " ".join(terms(text, language))


def export(fitted: Fitted) -> LanguageModel:
    """The plain arrays of what was learnt."""

    def head(regression: LogisticRegression) -> Head:
        classes = tuple(str(label) for label in regression.classes_)
        return Head(classes, regression.coef_.T.copy(), regression.intercept_.copy())

    vocabulary = {str(term): int(index) for term, index in fitted.vectorizer.vocabulary_.items()}
    return LanguageModel(vocabulary, fitted.vectorizer.idf_.copy(), head(fitted.category), head(fitted.urgency))


def train_starter(folder: Path) -> dict[str, object]:
    """Trains on the starter corpus and saves the model; returns what the registry needs to know."""
    examples = starter_examples()
    languages = {}
    for language in Language:
        own = [example for example in examples if example.language is language]
        languages[language] = export(fit(own, language))
    about = {"corpus": corpus_hash(), "examples": len(examples), "scikit_learn": sklearn.__version__}
    version = save(Artifact(languages, about), folder)
    return {"version": version, **about}


def main() -> None:
    """The worker process: one line of JSON on standard output."""
    parser = argparse.ArgumentParser(description="Train the starter model.")
    parser.add_argument("folder", type=Path)
    print(json.dumps(train_starter(parser.parse_args().folder)))  # noqa: T201 - the worker's answer to its parent


if __name__ == "__main__":
    main()
