"""A model server of one's own, as teams write them: a linear model from a pickle, predictions over HTTP.

    MODEL_PATH=/models/churn.pkl python serve.py

`POST /predict` with `{"rows": [[1, 2, 3]]}` answers `{"scores": [...]}`. The model is loaded with `pickle`, which runs
whatever the file says: that is what the gate in front of this container is for.
"""

from __future__ import annotations

import json
import os
import pickle
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

PORT = 8080


class LinearModel:
    """Coefficients and an intercept, from a pickled dictionary or an array of them in which the intercept comes last."""

    def __init__(self, path: Path) -> None:
        if path.suffix == ".npy":
            numbers = np.load(path, allow_pickle=True)
            self.coefficients, self.intercept = numbers[:-1], float(numbers[-1])
            return
        with path.open("rb") as file:
            content = pickle.load(file)  # noqa: S301 the very habit that this example is about
        self.coefficients, self.intercept = content["coefficients"], content["intercept"]

    def scores(self, rows: list[list[float]]) -> list[float]:
        """Return one score per row."""
        return [float(score) for score in np.asarray(rows) @ self.coefficients + self.intercept]


class Handler(BaseHTTPRequestHandler):
    """Answers predictions and health checks."""

    model: LinearModel

    def do_GET(self) -> None:
        """Say that the model is loaded."""
        self._answer(200, {"model": "loaded"})

    def do_POST(self) -> None:
        """Predict."""
        try:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = {"scores": self.model.scores(body["rows"])}
        except (KeyError, TypeError, ValueError) as error:
            self._answer(400, {"error": repr(error)})
            return
        self._answer(200, answer)

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Load the model, then serve."""
    Handler.model = LinearModel(Path(os.environ["MODEL_PATH"]))
    print("model loaded", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()
