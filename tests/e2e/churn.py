"""A client that never rests: it creates pods that must pass and pods that must be refused, and counts what became of them.

The pods ask for a node that is not there, so that the kubelet is not part of it.
"""

from __future__ import annotations

import copy
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Self

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

_LAST = 60


@dataclass
class Churn:
    """Runs between `with` and its end."""

    namespace: str
    good: dict[str, Any]
    bad: dict[str, Any]
    admitted: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    """What should not have happened: a sentence each."""

    def __post_init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(_LAST)

    @property
    def count(self) -> int:
        """How many admissions were asked for."""
        return self.admitted + self.refused + len(self.wrong)

    def _run(self) -> None:
        config.load_kube_config()
        core = client.CoreV1Api()
        number = 0
        while not self._end.is_set():
            number += 1
            self._expect_admitted(core, _named(self.good, f"good-{number}"))
            self._expect_refused(core, _named(self.bad, f"bad-{number}"))

    def _expect_admitted(self, core: Any, pod: dict[str, Any]) -> None:
        try:
            core.create_namespaced_pod(self.namespace, pod, _preload_content=False)
        except ApiException as error:
            self.wrong.append(f"not admitted: {_sentence(error)}")
            return
        self.admitted += 1
        self._delete(core, pod)

    def _expect_refused(self, core: Any, pod: dict[str, Any]) -> None:
        try:
            core.create_namespaced_pod(self.namespace, pod, _preload_content=False)
        except ApiException as error:
            sentence = _sentence(error)
            if "denied the request" in sentence:
                self.refused += 1
            else:
                self.wrong.append(f"refused for another reason: {sentence}")
            return
        self.wrong.append("wrongly admitted")
        self._delete(core, pod)

    def _delete(self, core: Any, pod: dict[str, Any]) -> None:
        try:
            core.delete_namespaced_pod(
                pod["metadata"]["name"], self.namespace, grace_period_seconds=0, _preload_content=False
            )
        except ApiException as error:
            self.wrong.append(f"not deleted: {_sentence(error)}")


def _named(pod: dict[str, Any], name: str) -> dict[str, Any]:
    pod = copy.deepcopy(pod)
    pod["metadata"]["name"] = name
    pod["spec"]["nodeSelector"] = {"example.com/never": "there"}
    return pod


def _sentence(error: ApiException) -> str:
    try:
        return str(json.loads(error.body)["message"])[:300]
    except (TypeError, ValueError, KeyError):
        return f"{error.status} {error.reason}"
