"""Configurations inside configurations: what is too large or multiplies itself is not known, and so not allowed."""

import pytest

from webhook.platforms import _leaves_of_yaml


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "1, " * 20_000 + "]",
        "base: &b {a: 1}\nother:\n  <<: *b\n",
        "a: [unclosed",
        "\x00",
    ],
    ids=["large", "merge-key", "broken", "control"],
)
def test_what_cannot_be_read_cheaply_is_not_known(text: str) -> None:
    """None means undetermined, which the policy answers, never an empty configuration."""
    assert _leaves_of_yaml(text) is None


def test_a_plain_configuration_is_read() -> None:
    """The benign twin."""
    assert _leaves_of_yaml("applications: [{name: a, import_path: m:app}]") is not None
