"""Python source beside weights: modelling code as people write it, and what hides among it. Nothing here is ever run."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _source(*lines: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: ("\n".join(lines) + "\n").encode(encoding)


_MODEL = (
    '"""A model."""',
    "import math",
    "import os",
    "import sys",
    "",
    "import torch",
    "from torch import nn",
    "from transformers import PreTrainedModel, PretrainedConfig",
    "from transformers.utils import logging",
    "",
    "from .configuration_x import XConfig",
    "",
    "logger = logging.get_logger(__name__)",
    'CACHE = os.path.join(os.path.dirname(__file__), os.environ.get("X_CACHE", "cache"))',
    "sys.path.append(os.path.dirname(__file__))",
    "os.makedirs",
    "torch.manual_seed(0)",
    "",
    "",
    "class XAttention(nn.Module):",
    "    def __init__(self, config, act=nn.GELU()):",
    "        super().__init__()",
    "        self.query = nn.Linear(config.hidden_size, config.hidden_size)",
    "",
    "    @torch.no_grad()",
    "    def forward(self, x):",
    "        return self.query(x) / math.sqrt(x.shape[-1])",
    "",
    "",
    "class XForCausalLM(PreTrainedModel):",
    "    config_class = XConfig",
    "",
    "    def load(self, path):",
    '        self.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))',
    "        self.eval()",
    "        return self",
)
_PAYLOAD = base64.b64encode(b"print('weighbridge')").decode()

ON_IMPORT: Mapping[str, Callable[[], bytes]] = {
    "import-system.py": _source("import os", 'os.system("echo weighbridge")'),
    "import-from.py": _source("from os import system as s", 's("echo weighbridge")'),
    "import-star.py": _source("from subprocess import *", 'run(["echo", "weighbridge"])'),
    "import-alias.py": _source("import subprocess as sp", "start = sp.Popen", 'start(["echo", "weighbridge"])'),
    "import-decorator.py": _source("import os", '@os.system("echo weighbridge")', "def f(): pass"),
    "import-default.py": _source("import os", 'def f(x=os.system("echo weighbridge")): pass'),
    "import-class-body.py": _source("import os", "class X:", '    y = os.system("echo weighbridge")'),
    "import-method.py": _source("import os", "class X:", "    def __init__(self):", '        os.system("echo")', "X()"),
    "import-function.py": _source("import os", "def f():", "    g()", "def g():", '    os.system("echo")', "f()"),
    "import-handed-on.py": _source("import os", 'list(map(os.system, ["echo weighbridge"]))'),
    "import-thread.py": _source(
        "import os, threading", "def f():", '    os.system("echo")', "threading.Thread(target=f).start()"
    ),
    "import-metaclass.py": _source(
        "import os", "class M(type):", "    def __new__(*a):", '        os.system("echo")', "class X(metaclass=M): pass"
    ),
    "import-subclass-hook.py": _source(
        "import os", "class B:", "    def __init_subclass__(cls):", '        os.system("echo")', "class X(B): pass"
    ),
    "import-operator.py": _source(
        "import os", "class A:", "    def __add__(self, other):", '        os.system("echo")', "A() + 1"
    ),
    "import-module-hook.py": _source("import os", "def __getattr__(name):", '    return os.system("echo")'),
    "import-comprehension.py": _source("import os", '[os.system(c) for c in ("echo",)]'),
    "import-in-condition.py": _source(
        "import os", "try:", "    import torch", "except ImportError:", '    os.system("pip")'
    ),
    "import-eval.py": _source('x = eval("1 + 1")'),
    "import-dunder-import.py": _source('__import__("os").system("echo weighbridge")'),
    "import-importlib.py": _source("import importlib", 'importlib.import_module("os").system("echo weighbridge")'),
    "import-builtins.py": _source("__builtins__['exec']('print(1)')"),
    "import-modules-table.py": _source("import sys", "sys.modules['os'].system('echo weighbridge')"),
    "import-dictionary.py": _source("import os", "vars(os)['system']('echo weighbridge')"),
    "import-re-export.py": _source("import shutil", "shutil.os.system('echo weighbridge')"),
    "import-decorated.py": _source(
        "import os", "def now(f): f()", "@now", "def g():", '    os.system("echo weighbridge")'
    ),
    "import-call-method.py": _source("import os", "os.system.__call__('echo weighbridge')"),
    "import-getattribute.py": _source("import os", "os.__getattribute__('system')('echo weighbridge')"),
    "import-attrgetter.py": _source("import os, operator", "operator.attrgetter('system')(os)('echo weighbridge')"),
    "import-methodcaller.py": _source("import os, operator", "operator.methodcaller('system', 'echo weighbridge')(os)"),
    "import-socket.py": _source("import socket", "s = socket.socket()", 's.connect(("127.0.0.1", 9))'),
    "import-ctypes.py": _source("import ctypes", 'lib = ctypes.CDLL("./x.so")'),
    "import-pickle.py": _source("import pickle", 'x = pickle.load(open("x.pkl", "rb"))'),
    "import-extension.py": _source(
        "from torch.utils.cpp_extension import load", 'op = load(name="op", sources=["op.cpp"])'
    ),
    "import-download.py": _source("import requests", 'code = requests.get("http://127.0.0.1:9/").text'),
    "import-urllib.py": _source("from urllib.request import urlopen", 'urlopen("http://127.0.0.1:9/")'),
    "import-writes.py": _source('with open("x.txt", "w") as file:', '    file.write("weighbridge")'),
    "import-removes.py": _source("import shutil", 'shutil.rmtree("x")'),
}
HIDDEN: Mapping[str, Callable[[], bytes]] = {
    "hidden-base64.py": _source("import base64", f'exec(base64.b64decode("{_PAYLOAD}"))'),
    "hidden-in-function.py": _source("import zlib", "def f(x):", "    exec(zlib.decompress(x))"),
    "hidden-name-in-pieces.py": _source("import os", "getattr(os, 'sys' + 'tem')('echo weighbridge')"),
    "hidden-name-reversed.py": _source("import os", "getattr(os, 'metsys'[::-1])('echo weighbridge')"),
    "hidden-name-of-characters.py": _source(
        "m = __import__(chr(111) + chr(115))", "getattr(m, ''.join(['sys', 'tem']))('echo')"
    ),
    "hidden-import-in-pieces.py": _source("def f():", "    return __import__('sub' + 'process').run"),
    "hidden-long-constant.py": lambda: (
        b'import marshal\nX = "' + b"QUJD" * 2000 + b'"\n\ndef f():\n    marshal.loads(X)\n'
    ),
    "hidden-among-many.py": lambda: (
        b"import os\n"
        + b"".join(b"x = os.a%d\n" % number for number in range(20_000))
        + b"x = os.system\n"
        + b"x(1)\n" * 20_000
    ),
    "hidden-in-table.py": _source("import os", "X = {'a': os.system}", "X['a']('echo weighbridge')"),
    "hidden-subclasses.py": _source("x = ().__class__.__base__.__subclasses__()"),
    "hidden-globals.py": _source("def f(): pass", "f.__globals__['__builtins__']['eval']('1')"),
    "hidden-encoding.py": _source("# coding: utf-7", "x = 1"),
    "hidden-null.py": lambda: b"import os\n\0\n",
}
TWOFOLD: Mapping[str, Callable[[], bytes]] = {
    "image-by-its-start.py": _source("GIF89a = 1", "import os", 'os.system("echo weighbridge")'),
    "sound-by-its-start.py": _source("RIFFabcdWAVE = 1", "import os", 'os.system("echo weighbridge")'),
    "font-by-its-start.py": _source("wOFF = 1", "import os", 'os.system("echo weighbridge")'),
    "pickle-to-its-end.py": lambda: b"U " + b"=1;import os;os.system('echo')#".ljust(32) + b".",
    "image-by-its-start": _source("GIF89a = 1"),
}
OTHERS: Mapping[str, Callable[[], bytes]] = {
    "modeling_x.py": _source(*_MODEL),
    "modeling-marked.py": lambda: b"\xef\xbb\xbf" + "\n".join(_MODEL).encode(),
    "modeling-latin-1.py": _source(
        "# -*- coding: latin-1 -*-", "import torch", "x = torch.ones(1)  # größe", encoding="latin-1"
    ),
    "modeling-shebang.py": _source("#!/usr/bin/env python", "import torch", "x = torch.ones(1)"),
    "modeling-as-program.py": _source(
        "import subprocess", 'if __name__ == "__main__":', '    subprocess.run(["echo", "weighbridge"])'
    ),
    "modeling-commands.py": _source("import subprocess", "def f(x):", "    return subprocess.run(x)"),
    "modeling-evaluates.py": _source("class X:", "    def forward(self, x):", "        return eval(x)"),
    "modeling-loads.py": _source("import pickle", "def f(x):", "    return pickle.load(x)"),
    "modeling-broken.py": _source("def f(:"),
    "modeling-python-2.py": _source("print 'hello'"),
    "modeling-deep.py": lambda: b"x = " + b"-" * 50_000 + b"1\n",
    "modeling-nested.py": lambda: b"x = " + b"(" * 5_000 + b")" * 5_000 + b"\n",
    "modeling-long-chain.py": lambda: b"x = f()" + b".a()" * 100_000 + b"\n",
    "modeling-oversized.py": lambda: b"x = f(1)\n" * 300_000,
    "python-call-in-target.py": _source("__import__('os').system('echo weighbridge').x = 1"),
    "python-call-in-key.py": _source("x = ''", "x[__import__('os').system('echo weighbridge')] = 1"),
    "benign-module-of-constants.py": _source("version = __version__ = '1.0'", "author = None"),
    "benign-empty-module.py": _source('"""Nothing."""', '__version__ = "1.0"'),
    "model.py": _source(
        "import triton_python_backend_utils as pb_utils",
        "class TritonPythonModel:",
        "    def execute(self, requests):",
        "        return [pb_utils.InferenceResponse([]) for request in requests]",
    ),
    "handler-torchserve.py": _source(
        "from ts.torch_handler.base_handler import BaseHandler", "class Handler(BaseHandler):", "    pass"
    ),
    "image_classifier.py": _source(
        "class Any:", "    def initialize(self, context): pass", "    def handle(self, data, context): return data"
    ),
    "handler-function.py": _source("def handle(data, context):", "    return data"),
    "handler-endpoint.py": _source("class EndpointHandler:", "    def __call__(self, data):", "        return data"),
    "inference.py": _source("import torch", "def model_fn(model_dir):", "    return torch.nn.Identity()"),
    "runtime-mlserver.py": _source("from mlserver import MLModel", "class Runtime(MLModel):", "    pass"),
    "loader-mlflow.py": _source("def _load_pyfunc(path):", "    return None"),
    "model-from-code.py": _source("import mlflow", "mlflow.models.set_model(lambda x: x)"),
    "sitecustomize.py": _source("import torch", "torch.manual_seed(0)"),
    "bytecode.pyc": lambda: bytes.fromhex("a70d0d0a") + bytes(12) + b"\xe3" + bytes(40),
    "script-without-first-line.sh": _source("echo weighbridge"),
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {**ON_IMPORT, **HIDDEN, **TWOFOLD, **OTHERS}
