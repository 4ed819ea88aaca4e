"""What became of the gates: pods' termination messages in, metrics and events out.

`outcomes` reads a pod, `ledger` counts, `collector` shows; these are pure. `serve` runs them against a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `weighbridge reporter`; imports the frameworks only then."""
    from webhook.reporter.serve import main as run

    return run(arguments)


__all__ = ["main"]
