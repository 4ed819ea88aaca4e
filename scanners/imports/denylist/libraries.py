"""Functions of other libraries that run code or reach out."""

from scanners.imports.denylist.denial import Denial
from scanners.imports.judgement import Kind

MODULES = (
    Denial(
        Kind.REACHES_OUT, "Sends requests over the network", ("webbrowser", "httplib", "requests.api", "aiohttp.client")
    ),
    Denial(Kind.RUNS_CODE, "Installs packages, which run code", ("pip", "ensurepip")),
)

NAMES = (
    Denial(
        Kind.RUNS_CODE,
        "Loads a further pickle",
        (
            "torch.load",
            "torch.serialization.load",
            "numpy.load",
            "joblib.load",
            "dill.load",
            "dill.loads",
            "cloudpickle.loads",
            "pandas.read_pickle",
        ),
    ),
)
