"""The arguments of `weighbridge webhook` and `weighbridge reporter`, apart from what they serve with.

Help and shell completion read them where the packages of `weighbridge[webhook]` are not installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanners.cli.parser import Parser

if TYPE_CHECKING:
    import argparse

DEFAULT_NAMESPACE: Final = "weighbridge-system"

_WEBHOOK: Final = """\
Serve admission reviews: decide whether every model volume of a pod or workload is gated.

It finds the API server (the service account's in a pod, else the kubeconfig's) and watches ModelPolicy objects,
namespaces and claims. A namespace is under the policy that its label weighbridge.dev/enforce names; /warn and /audit
name policies that only speak. With --policy the policies come from files, and with --no-cluster nothing else is asked."""

_WEBHOOK_EPILOG: Final = """\
examples:
  weighbridge webhook --certificate tls.crt --key tls.key
  weighbridge webhook --certificate tls.crt --key tls.key --no-cluster --policy policy.yaml --default-policy default

served over TLS:     POST /validate/enforce /validate/warn /validate/audit /validate/policies /mutate
                     GET /healthz /readyz
served in the clear: GET /metrics /healthz, on the metrics port

exit codes: 0 told to stop, 1 could not go on, 4 usage"""


_REPORTER: Final = """\
Report what became of the gates: watch pods with a gate, read the verdicts their gates left behind, count each once, and
export metrics and events. Needs a cluster: the service account in a pod, else the kubeconfig.

Several replicas may run; the one that holds the lease reports. Totals survive restarts in a ConfigMap."""

_REPORTER_EPILOG: Final = """\
served in the clear: GET /metrics /healthz

exit codes: 0 told to stop, 1 could not go on (or another replica took over), 4 usage"""


def webhook_parser() -> Parser:
    """Return the arguments of `weighbridge webhook`."""
    parser = Parser(prog="weighbridge webhook", description=_WEBHOOK, epilog=_WEBHOOK_EPILOG)
    add = parser.add_argument
    add(
        "--certificate",
        type=Path,
        required=True,
        metavar="FILE",
        help="certificate chain, PEM; may be replaced at any time",
    )
    add("--key", type=Path, required=True, metavar="FILE", help="its private key, PEM")
    add("--port", type=int, default=8443, help="port for the API server and the probes, TLS (default: 8443; 0: any)")
    _add_service_options(parser)
    _add_policy_options(parser)
    add = parser.add_argument_group("decisions").add_argument
    add("--no-cluster", action="store_true", help="ask no API server: policies from files, claims unknown")
    add(
        "--namespace-policy",
        action="append",
        default=[],
        metavar="NAMESPACE=NAME",
        help="with --no-cluster: the policy of a namespace; repeatable",
    )
    add(
        "--injects",
        action="store_true",
        help="serve /mutate, which adds the gate to pods; a template without a gate is allowed then",
    )
    _add_times(parser)
    return parser


def _add_times(parser: argparse.ArgumentParser) -> None:
    times = {
        "--deadline": (4.0, "for one review; keep it below the webhook's timeoutSeconds"),
        "--drain": (10.0, "between SIGTERM and the end, unready and still serving"),
        "--certificate-interval": (10.0, "between looks at the certificate files"),
        "--confirm-interval": (60.0, "between confirmations of what is in memory"),
    }
    group = parser.add_argument_group("times, in seconds")
    for name, (default, text) in times.items():
        group.add_argument(name, type=float, default=default, metavar="S", help=f"{text} (default: {default:g})")


def reporter_parser() -> Parser:
    """Return the arguments of `weighbridge reporter`."""
    parser = Parser(prog="weighbridge reporter", description=_REPORTER, epilog=_REPORTER_EPILOG)
    _add_service_options(parser)
    _add_policy_options(parser)
    _add_certificate_options(parser)
    add = parser.add_argument_group("state").add_argument
    add(
        "--store",
        default="weighbridge-reporter",
        metavar="NAME",
        help="ConfigMap with the totals (default: %(default)s)",
    )
    add("--lease", default="weighbridge-reporter", metavar="NAME", help="the lease (default: %(default)s)")
    add = parser.add_argument_group("times, in seconds").add_argument
    add("--store-interval", type=float, default=1.0, metavar="S", help="between stores of the totals (default: 1)")
    add("--list-interval", type=float, default=60.0, metavar="S", help="between comparisons with lists (default: 60)")
    add(
        "--audit-interval",
        type=float,
        default=600.0,
        metavar="S",
        help="between audits of all pods; 0: none (default: 600)",
    )
    return parser


def _add_policy_options(parser: argparse.ArgumentParser) -> None:
    """Add what `webhook.options` reads into policies."""
    group = parser.add_argument_group("policies")
    group.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="FILE",
        help="read ModelPolicy objects from a file instead of the cluster; repeatable",
    )
    group.add_argument(
        "--default-policy",
        metavar="NAME",
        help="policy of every namespace whose labels name none (default: none, so such a namespace is not judged)",
    )
    group.add_argument(
        "--own-namespace",
        metavar="NAME",
        help=f"the namespace it runs in (default: the service account's, else {DEFAULT_NAMESPACE})",
    )


def _add_service_options(parser: argparse.ArgumentParser) -> None:
    """Add where numbers are served, and how much is logged."""
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: all)")
    parser.add_argument(
        "--metrics-port",
        type=int,
        default=8080,
        metavar="PORT",
        help="port of /metrics, in the clear (default: 8080; 0: any)",
    )
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="what to log, as JSON lines on standard error (default: info)",
    )


def _add_certificate_options(parser: argparse.ArgumentParser) -> None:
    """Add what `webhook.authority.options` reads."""
    add = parser.add_argument_group("certificates").add_argument
    add(
        "--certificate-secret",
        metavar="NAME",
        help="keep authority and certificate in this Secret (default: keep none)",
    )
    add(
        "--certificate-service",
        default="weighbridge-webhook",
        metavar="NAME",
        help="the service in the own namespace that the certificate is for (default: %(default)s)",
    )
    for kind in ("validating", "mutating"):
        add(
            f"--{kind}-configuration", metavar="NAME", help=f"the {kind} webhook configuration to name the authority in"
        )
    lives = {
        "--leaf-hours": (2160, "life of the certificate; renewed when a third is left"),
        "--authority-hours": (17520, "life of an authority"),
        "--overlap-hours": (24, "how long a former authority stays trusted"),
    }
    for name, (default, text) in lives.items():
        add(name, type=float, default=default, metavar="H", help=f"{text} (default: {default})")
