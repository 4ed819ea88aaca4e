"""Image references: only the digest says which image it is; tag and repository are names that anyone may move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

# https://github.com/distribution/reference/blob/main/reference.go; sha256 is the one algorithm kubelets and registries share.
_PINNED = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,511}@(sha256:[0-9a-f]{64})")


def digest_of(image_reference: str) -> str | None:
    """Return `sha256:...` of a reference that is pinned by digest, None of any other."""
    match = _PINNED.fullmatch(image_reference)
    return match.group(1) if match else None


def is_trusted(image_reference: str, trusted_digests: Container[str]) -> bool:
    """Say whether a reference is pinned to a trusted digest, from whatever repository (mirrors keep digests)."""
    digest = digest_of(image_reference)
    return digest is not None and digest in trusted_digests
