"""The controllers that make pods of Deployments, beside an API server that runs alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.admission import Kubectl

NONE_HERE = "needs kube-controller-manager, in KUBEBUILDER_ASSETS or on PATH, or a cluster in which it runs"


def _is_running(cluster: Kubectl) -> bool:
    """Say whether the cluster has controllers of its own: one of them gives every namespace its authority."""
    return not cluster.run("get", "configmap", "kube-root-ca.crt", "--namespace=kube-system").returncode


@contextlib.contextmanager
def controllers(cluster: Kubectl, folder: Path) -> Iterator[None]:
    """Run the controllers of Deployments and ReplicaSets, unless the cluster has its own."""
    if _is_running(cluster):
        yield
        return
    places = f"{os.environ.get('KUBEBUILDER_ASSETS', '')}{os.pathsep}{os.environ.get('PATH', '')}"
    program = shutil.which("kube-controller-manager", path=places)
    if program is None:
        pytest.skip(NONE_HERE)
    command = [program, f"--kubeconfig={os.environ['KUBECONFIG']}", "--controllers=deployment,replicaset"]
    command += ["--leader-elect=false", "--secure-port=0", f"--cert-dir={folder}"]
    with (folder / "controllers.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
