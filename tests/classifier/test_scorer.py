"""The scorer is scikit-learn without scikit-learn, and an artefact is what was trained or nothing."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.classifier.model.artifact import Artifact, ArtifactError, load, path_of, save
from services.classifier.model.corpus import starter_examples, starter_taxonomy
from services.classifier.model.score import RANKED_MAX, TERMS_MAX, WEIGHT_MIN, Scorer
from services.classifier.model.shelf import NoModelError, Shelf
from services.classifier.model.terms import terms
from services.classifier.model.train import Fitted, cut, export, fit, train_starter
from shared.contracts.vocabulary import Language, Urgency

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def fitted() -> dict[Language, Fitted]:
    return {
        language: fit([one for one in starter_examples() if one.language is language], language)
        for language in Language
    }


@pytest.fixture(scope="module")
def artifact(fitted: Mapping[Language, Fitted]) -> Artifact:
    return Artifact({language: export(one) for language, one in fitted.items()}, {"corpus": "starter"})


ANY_TEXT = st.text(max_size=400) | st.text(alphabet="热水器跳闸leak 's0\0İ😀𠀀ßＡ", max_size=200)


@settings(max_examples=100, deadline=None)
@given(text=ANY_TEXT, language=st.sampled_from(Language))
@example(text="", language=Language.ZH)
@example(text="\0", language=Language.EN)
@example(text="İSTANBUL'S İ", language=Language.EN)
@example(text="😀热水器😀", language=Language.ZH)
@example(text="漏水leak" * 1_700, language=Language.ZH)
@example(text="\ud800漏水", language=Language.ZH)
def test_the_scorer_says_what_scikit_learn_says(
    fitted: Mapping[Language, Fitted], artifact: Artifact, text: str, language: Language
) -> None:
    theirs = fitted[language]
    matrix = theirs.vectorizer.transform([cut(text, language)])
    ours = Scorer(artifact, "v").probabilities(text, language)
    for head, probabilities in zip((theirs.category, theirs.urgency), ours, strict=True):
        assert np.abs(head.predict_proba(matrix)[0] - probabilities).max() <= 1e-9
        assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)


def test_all_examples_score_as_scikit_learn_scores_them(fitted: Mapping[Language, Fitted], artifact: Artifact) -> None:
    scorer = Scorer(artifact, "v")
    for one in starter_examples():
        theirs = fitted[one.language]
        matrix = theirs.vectorizer.transform([cut(one.text, one.language)])
        [judged] = scorer.judge([(one.text, one.language)])
        assert judged.category == theirs.category.predict(matrix)[0]
        assert judged.urgency == theirs.urgency.predict(matrix)[0]
        assert judged.confidence == pytest.approx(theirs.category.predict_proba(matrix).max(), abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(text=ANY_TEXT, language=st.sampled_from(Language))
@example(text="漏水leak" * 1_700, language=Language.ZH)
@example(text="", language=Language.ZH)
def test_reasons_are_coefficient_times_value(
    fitted: Mapping[Language, Fitted], artifact: Artifact, text: str, language: Language
) -> None:
    theirs = fitted[language]
    values = theirs.vectorizer.transform([cut(text, language)]).toarray()[0]
    names = theirs.vectorizer.get_feature_names_out()
    [judged] = Scorer(artifact, "v").judge([(text, language)])
    for head, answer, told in (
        (theirs.category, judged.category, judged.terms),
        (theirs.urgency, judged.urgency, judged.urgency_terms),
    ):
        products = head.coef_[list(head.classes_).index(answer)] * values
        heaviest = sorted((weight for weight in products if weight > WEIGHT_MIN), reverse=True)[:TERMS_MAX]
        assert [weight for _, weight in told] == pytest.approx(heaviest, abs=1e-4)
        assert all(products[list(names).index(term)] == pytest.approx(weight, abs=1e-4) for term, weight in told)
    shares = sorted(theirs.category.predict_proba(theirs.vectorizer.transform([cut(text, language)]))[0], reverse=True)
    assert [share for _, share in judged.ranked] == pytest.approx(shares[:RANKED_MAX], abs=1e-9)
    assert judged.ranked[0] == (judged.category, judged.confidence)


@given(text=ANY_TEXT, language=st.sampled_from(Language))
def test_no_term_holds_white_space(text: str, language: Language) -> None:
    assert cut(text, language).split() == terms(text, language)


def test_the_serving_process_never_imports_scikit_learn() -> None:
    asked = (
        "import sys, services.classifier.main;"
        "print([name for name in sys.modules if name.split('.')[0] in ('sklearn', 'scipy')])"
    )
    answered = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answered.stdout.strip() == "[]"


def test_a_model_goes_to_disk_and_back_unchanged(artifact: Artifact, tmp_path: Path) -> None:
    version = save(artifact, tmp_path)
    assert path_of(tmp_path, version).read_bytes() == path_of(tmp_path, save(artifact, tmp_path)).read_bytes()
    again = load(tmp_path, version)
    assert save(again, tmp_path / "again") == version
    assert [file.name for file in tmp_path.glob("*.npz")] == [f"{version}.npz"]
    assert list(tmp_path.glob(".*")) == []
    text = ("热水器漏水", Language.ZH)
    assert Scorer(again, version).judge([text]) == Scorer(artifact, version).judge([text])


def test_training_again_makes_the_same_model(tmp_path: Path) -> None:
    assert train_starter(tmp_path / "a") == train_starter(tmp_path / "b")


def keep(folder: Path, content: bytes) -> str:
    """A file whose name is the hash of what is in it, whatever that is."""
    version = hashlib.sha256(content).hexdigest()
    path_of(folder, version).write_bytes(content)
    return version


def with_meta(content: bytes, **changed: object) -> bytes:
    with np.load(io.BytesIO(content)) as arrays:
        kept = dict(arrays)
    meta = json.loads(kept["meta"].tobytes()) | changed
    kept["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    return packed(kept)


def packed(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


class Exploding:
    """Whoever unpickles it is told."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("unpickled",)


def pickled(content: bytes) -> bytes:
    with np.load(io.BytesIO(content)) as arrays:
        kept = dict(arrays)
    return packed(kept | {"zh.idf": np.array([Exploding()], dtype=object)})


def raw_member(_: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("meta.npy", b"\x80\x04cposix\nsystem\n")
    return buffer.getvalue()


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "made for other terms": lambda content: with_meta(content, terms=99),
    "of another format": lambda content: with_meta(content, format=99),
    "without languages' words": lambda content: with_meta(content, languages={"zh": {}}),
    "of an unknown language": lambda content: with_meta(content, languages={"xx": {}}),
    "with a pickle inside": pickled,
    "with a bare pickle": raw_member,
    "no archive": lambda _: b"model",
    "empty": lambda _: b"",
    "cut short": lambda content: content[: len(content) // 2],
}


@pytest.mark.parametrize("flaw", SPOILT)
def test_what_has_the_right_name_but_another_form_is_refused(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str], flaw: str
) -> None:
    content = path_of(tmp_path, save(artifact, tmp_path)).read_bytes()
    with pytest.raises(ArtifactError):
        load(tmp_path, keep(tmp_path, SPOILT[flaw](content)))
    assert "unpickled" not in capsys.readouterr().out


def test_weights_that_do_not_fit_the_words_are_refused(artifact: Artifact, tmp_path: Path) -> None:
    zh = artifact.languages[Language.ZH]
    for spoilt in (
        replace(zh, category=replace(zh.category, weights=zh.category.weights[1:])),
        replace(zh, urgency=replace(zh.urgency, intercepts=zh.urgency.intercepts[1:])),
        replace(zh, idf=zh.idf[1:]),
    ):
        version = save(Artifact({Language.ZH: spoilt}, {}), tmp_path)
        with pytest.raises(ArtifactError):
            load(tmp_path, version)


@pytest.mark.parametrize("flaw", ["changed", "cut short", "missing", "too much", "a folder"])
def test_a_spoilt_file_leaves_the_last_good_model_in_place(artifact: Artifact, tmp_path: Path, flaw: str) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(NoModelError):
        _ = shelf.scorer
    good = save(artifact, tmp_path)
    assert shelf.put(good)
    other = save(replace(artifact, about={"corpus": "other"}), tmp_path)
    path = path_of(tmp_path, other)
    content = path.read_bytes()
    path.unlink()
    if flaw == "a folder":
        path.mkdir()
    elif flaw != "missing":
        changed = content[:500] + bytes([content[500] ^ 1]) + content[501:]
        path.write_bytes({"changed": changed, "cut short": content[:-1], "too much": content + b"\0"}[flaw])
    with pytest.raises(ArtifactError):
        load(tmp_path, other)
    assert not shelf.put(other)
    assert shelf.scorer.version == good


@pytest.mark.parametrize("version", ["", "../x", "0" * 64])
def test_a_version_that_is_none_is_refused(tmp_path: Path, version: str) -> None:
    assert not Shelf(tmp_path).put(version)


def test_the_starter_corpus_is_large_enough_labelled_and_without_repeats() -> None:
    examples, taxonomy = starter_examples(), starter_taxonomy()
    for language in Language:
        own = [one for one in examples if one.language is language]
        assert len(own) >= 150
        assert {one.category for one in own} == set(taxonomy)
        assert {one.urgency for one in own} == set(Urgency)
    assert all(one.text.strip() == one.text and one.text for one in examples)
    assert len({" ".join(terms(one.text, one.language)) for one in examples}) == len(examples)
    assert all(names.keys() == {"zh", "en"} and all(names.values()) for names in taxonomy.values())
