"""Judges texts with a trained model: the same numbers as scikit-learn's `predict_proba`, without scikit-learn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.classifier.model.artifact import Artifact, Floats, Head, LanguageModel
from services.classifier.model.terms import terms
from shared.contracts.vocabulary import Language, Urgency

RANKED_MAX = 3
TERMS_MAX = 12
WEIGHT_DIGITS = 4  # Finer differences mean nothing to whoever reads them.
WEIGHT_MIN = 0.5 * 10**-WEIGHT_DIGITS
Weighed = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Judgement:
    """What a model says of one text, how sure it is of each answer (0 to 1), and what it saw in the text.

    `ranked` are the best categories with their probabilities; `terms` and `urgency_terms` the terms that spoke most for
    the answer, by coefficient times value.
    """

    category: str
    confidence: float
    urgency: Urgency
    urgency_confidence: float
    ranked: Weighed = ()
    terms: Weighed = ()
    urgency_terms: Weighed = ()


class Scorer:
    """One loaded model. Its methods only read, so any number of threads may call them."""

    def __init__(self, artifact: Artifact, version: str) -> None:
        self.version = version
        self._languages = artifact.languages
        self._names = {
            language: sorted(model.vocabulary, key=model.vocabulary.__getitem__)
            for language, model in artifact.languages.items()
        }

    def judge(self, texts: Sequence[tuple[str, Language]]) -> list[Judgement]:
        """A judgement for each (text, language)."""
        return [self._judge(text, language) for text, language in texts]

    def probabilities(self, text: str, language: Language) -> tuple[Floats, Floats]:
        """The probabilities of all categories, and of all urgencies, in the order of the heads' classes."""
        model = self._languages[language]
        columns, values = _features(model, terms(text, language))
        return _weigh(model.category, columns, values)[0], _weigh(model.urgency, columns, values)[0]

    def _judge(self, text: str, language: Language) -> Judgement:
        model, names = self._languages[language], self._names[language]
        columns, values = _features(model, terms(text, language))
        category, category_weights = _weigh(model.category, columns, values)
        urgency, urgency_weights = _weigh(model.urgency, columns, values)
        best, worst = int(category.argmax()), int(urgency.argmax())
        return Judgement(
            category=model.category.classes[best],
            confidence=float(category[best]),
            urgency=Urgency(model.urgency.classes[worst]),
            urgency_confidence=float(urgency[worst]),
            ranked=_ranked(model.category, category),
            terms=_heaviest(names, columns, category_weights[:, best] * values),
            urgency_terms=_heaviest(names, columns, urgency_weights[:, worst] * values),
        )


def _features(model: LanguageModel, found: Sequence[str]) -> tuple[list[int], Floats]:
    """Sublinear TF-IDF of unit length, as TfidfVectorizer makes it: columns and their values."""
    counts = Counter(model.vocabulary[term] for term in found if term in model.vocabulary)
    columns = sorted(counts)
    values = (1.0 + np.log(np.array([counts[column] for column in columns], dtype=np.float64))) * model.idf[columns]
    length = float(np.sqrt(values @ values))
    return columns, values / length if length else values


def _weigh(head: Head, columns: list[int], values: Floats) -> tuple[Floats, Floats]:
    """Softmax over the classes, and the weights (terms of the text, classes) that it comes from."""
    weights = head.weights[columns]
    scores = values @ weights + head.intercepts
    odds = np.exp(scores - scores.max())
    shares: Floats = odds / odds.sum()
    return shares, weights


def _ranked(head: Head, shares: Floats) -> Weighed:
    """The best classes, the best first."""
    found = shares.tolist()
    best = sorted(range(len(found)), key=found.__getitem__, reverse=True)[:RANKED_MAX]
    return tuple((head.classes[index], found[index]) for index in best)


def _heaviest(names: Sequence[str], columns: Sequence[int], weights: Floats) -> Weighed:
    """The terms that spoke for the answer, the heaviest first. What spoke against it is left out."""
    order = (-weights).argsort(kind="stable")[:TERMS_MAX]
    found = zip(order.tolist(), weights[order].tolist(), strict=True)
    return tuple((names[columns[at]], round(weight, WEIGHT_DIGITS)) for at, weight in found if weight > WEIGHT_MIN)
