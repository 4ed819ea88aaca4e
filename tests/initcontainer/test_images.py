"""Only the digest identifies an image."""

from __future__ import annotations

import pytest

from initcontainer.contract import digest_of, is_trusted

DIGEST = "sha256:" + "0f" * 32


@pytest.mark.parametrize(
    "reference",
    [
        f"gate@{DIGEST}",
        f"registry.example:5000/team/gate@{DIGEST}",
        f"registry.example/gate:v1.2@{DIGEST}",
        f"mirror.internal/other/name@{DIGEST}",
    ],
)
def test_a_trusted_digest_is_trusted_from_any_repository(reference: str) -> None:
    """Mirrors keep digests and change names."""
    assert digest_of(reference) == DIGEST
    assert is_trusted(reference, {DIGEST})


@pytest.mark.parametrize(
    "reference",
    [
        "gate",
        "gate:latest",
        "registry.example.com/weighbridge/gate:1.0",
        f"gate@{DIGEST.upper()}",
        f"gate@{DIGEST}0",
        f"gate@{DIGEST[:-1]}",
        f"gate@{DIGEST}\n",
        f"gate@{DIGEST} ",
        f"gate@sha512:{'0' * 64}",
        f"@{DIGEST}",
        DIGEST,
        f"gate@{DIGEST}@sha256:{'1' * 64}",
        f"gate:{DIGEST}",
        "",
    ],
)
def test_what_is_not_pinned_is_not_trusted(reference: str) -> None:
    """A tag is a name that anyone with push rights may move."""
    assert digest_of(reference) is None
    assert not is_trusted(reference, {DIGEST})


def test_another_digest_is_not_trusted() -> None:
    """The right repository proves nothing."""
    assert not is_trusted(f"registry.example.com/weighbridge/gate@sha256:{'1' * 64}", {DIGEST})
