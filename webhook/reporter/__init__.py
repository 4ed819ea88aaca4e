"""What became of the gates: pods' termination messages in, metrics and events out.

`outcomes` reads a pod, `ledger` counts, `collector` shows; these are pure. `serve` runs them against a cluster.
"""
