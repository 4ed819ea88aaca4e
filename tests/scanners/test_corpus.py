"""Every file of the corpus gives exactly what its manifest states."""

import pytest

from scanners.engine import examine
from scanners.rules import RULES
from scanners.sources import BytesSource
from tests.corpus.catalogue import Sample, samples

SAMPLES = tuple(samples())


def test_the_corpus_is_not_empty() -> None:
    """An empty corpus would prove nothing."""
    assert SAMPLES


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_sample(sample: Sample) -> None:
    """Rule ids, severities and extent are those of the manifest, no more and no less."""
    report = examine(BytesSource(sample.build()), sample.name, allowed_imports=sample.allowed_imports)
    found = {finding.rule: finding.severity.name for finding in report.findings}
    assert (found, report.examined.name) == (dict(sample.rules), sample.examined), report


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_building_is_deterministic(sample: Sample) -> None:
    """The same bytes at every build, so that a digest names a sample."""
    assert sample.build() == sample.build()


def test_every_rule_has_a_hostile_file() -> None:
    """A rule that no file breaks is a rule nobody has seen work. Rules about places need a directory, not a file."""
    broken = {rule for sample in SAMPLES for rule in sample.rules}
    places = {"link-leaves-volume", "special-file", "onnx-external-data-linked"}
    assert RULES.keys() - broken - places == set()


def test_names_are_unique() -> None:
    """A name is how a person finds the sample."""
    names = [sample.name for sample in SAMPLES]
    assert len(names) == len(set(names))
