"""Judges texts with a trained model: the same numbers as scikit-learn's `predict_proba`, without scikit-learn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.classifier.model.artifact import Artifact, Floats, Head, LanguageModel
from services.classifier.model.terms import terms
from shared.contracts.vocabulary import Language, Urgency


@dataclass(frozen=True)
class Judgement:
    """What a model says of one text, and how sure it is of each answer (0 to 1)."""

    category: str
    confidence: float
    urgency: Urgency
    urgency_confidence: float


class Scorer:
    """One loaded model. Its methods only read, so any number of threads may call them."""

    def __init__(self, artifact: Artifact, version: str) -> None:
        self.version = version
        self._languages = artifact.languages

    def judge(self, texts: Sequence[tuple[str, Language]]) -> list[Judgement]:
        """A judgement for each (text, language)."""
        return [self._judge(text, language) for text, language in texts]

    def probabilities(self, text: str, language: Language) -> tuple[Floats, Floats]:
        """The probabilities of all categories, and of all urgencies, in the order of the heads' classes."""
        model = self._languages[language]
        columns, values = _features(model, terms(text, language))
        return _probabilities(model.category, columns, values), _probabilities(model.urgency, columns, values)

    def _judge(self, text: str, language: Language) -> Judgement:
        category, urgency = self.probabilities(text, language)
        model = self._languages[language]
        best, worst = int(category.argmax()), int(urgency.argmax())
        return Judgement(
            category=model.category.classes[best],
            confidence=float(category[best]),
            urgency=Urgency(model.urgency.classes[worst]),
            urgency_confidence=float(urgency[worst]),
        )


def _features(model: LanguageModel, found: Sequence[str]) -> tuple[list[int], Floats]:
    """Sublinear TF-IDF of unit length, as TfidfVectorizer makes it: columns and their values."""
    counts = Counter(model.vocabulary[term] for term in found if term in model.vocabulary)
    columns = sorted(counts)
    values = (1.0 + np.log(np.array([counts[column] for column in columns], dtype=np.float64))) * model.idf[columns]
    length = float(np.sqrt(values @ values))
    return columns, values / length if length else values


def _probabilities(head: Head, columns: list[int], values: Floats) -> Floats:
    """Softmax over the classes."""
    scores = values @ head.weights[columns] + head.intercepts
    odds = np.exp(scores - scores.max())
    shares: Floats = odds / odds.sum()
    return shares
