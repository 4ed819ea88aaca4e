"""PyTorch: state dictionaries, whole modules of every class, optimizers, schedulers, tensors of every type, trainer states."""

import collections
import importlib
import inspect
import io
import pickle
import random
import zipfile

import numpy
import torch
from attempts import attempt, attempts, isolated
from torch import nn


def samples():
    """Yield the pickles inside the files that `torch.save` writes, and plain pickles of the same things."""
    for name, thing in things():
        if thing is None:
            continue
        for label, new in (("zip", True), ("legacy", False)):
            data = isolated(saved, thing, new)
            if data is not None:
                yield f"{name}-{label}", data
        yield name + "-plain", isolated(pickle.dumps, thing, 2)
    yield from attempts(
        {
            f"script-{number}": lambda name=name, module=module: scripted(module, name)
            for number, (name, module) in enumerate(SCRIPTED)
        }
    )


SCRIPTED = [("data.pkl", nn.Linear(2, 2)), ("constants.pkl", nn.Sequential(nn.Conv1d(1, 1, 1), nn.ReLU()))]


def saved(thing, new):
    """Save a thing by `torch.save` and return the pickle stream of it."""
    buffer = io.BytesIO()
    try:
        torch.save(thing, buffer, _use_new_zipfile_serialization=new)
    except TypeError:
        torch.save(thing, buffer)
    data = buffer.getvalue()
    if not data.startswith(b"PK"):
        return third_pickle(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return next(archive.read(name) for name in archive.namelist() if name.endswith("/data.pkl"))


def third_pickle(data):
    """Return the object of the stacked layout, which stands after magic number, protocol and system information."""
    import pickletools

    start = 0
    for _ in range(3):
        *_, (_, _, stop) = pickletools.genops(data[start:])
        start += stop + 1
    *_, (_, _, stop) = pickletools.genops(data[start:])
    return data[start : start + stop + 1]


def scripted(module, name):
    """Return a pickle of a TorchScript archive."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    with zipfile.ZipFile(buffer) as archive:
        return next(archive.read(member) for member in archive.namelist() if member.endswith("/" + name))


def things():
    """Yield named things to save."""
    yield from modules()
    yield from attempts(tensor_makers())
    yield from attempts(state_makers())
    yield from optimizers()
    yield from distributions()


# What module classes want: tried in this order.
ARGUMENTS = (
    (),
    (4, 4),
    (4,),
    (4, 4, 3),
    (2, 4),
    (4, 2),
    ((2, 2),),
    (4, 4, 4),
    (1, (2, 2)),
    (attempt(lambda: nn.TransformerEncoderLayer(4, 2)), 1),
    (attempt(lambda: nn.TransformerDecoderLayer(4, 2)), 1),
    ([nn.Linear(2, 2)],),
    ({"a": nn.Linear(2, 2)},),
    (nn.Linear(2, 2),),
    (1, 0.5, 0.5),
    (8, 8, [2, 4]),
)


def modules():
    """Yield every module of `torch.nn` that takes simple arguments, composed ones and their hooks."""
    for place in (
        "torch.nn",
        "torch.nn.quantized",
        "torch.nn.intrinsic",
        "torch.nn.qat",
        "torch.ao.nn.quantized",
        "torch.ao.nn.intrinsic",
        "torch.ao.nn.qat",
        "torch.ao.nn.quantized.dynamic",
        "torch.nn.quantized.dynamic",
        "torch.ao.quantization",
        "torch.quantization",
    ):
        holder = attempt(importlib.import_module, place)
        for name, candidate in sorted(vars(holder).items()) if holder else ():
            if inspect.isclass(candidate) and issubclass(candidate, nn.Module):
                made = next(filter(None, (attempt(made_with, candidate, arguments) for arguments in ARGUMENTS)), None)
                yield f"module-{place}-{name}", made
    yield "module-batch", nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Dropout())
    yield "module-recurrent", nn.ModuleDict({"lstm": nn.LSTM(2, 2), "gru": nn.GRU(2, 2), "rnn": nn.RNN(2, 2)})
    yield from attempts(normed_makers())
    yield from attempts(quantized_makers())


def made_with(candidate, arguments):
    """Make a module; a recipe for `filter`, which drops what failed."""
    return candidate(*arguments)


def normed_makers():
    """Return makers of modules with parametrizations and hooks of `torch.nn.utils`."""
    utils = torch.nn.utils
    return {
        "module-weight-norm": lambda: utils.weight_norm(nn.Linear(2, 2)),
        "module-spectral-norm": lambda: utils.spectral_norm(nn.Linear(2, 2)),
        "module-pruned": lambda: importlib.import_module("torch.nn.utils.prune").l1_unstructured(
            nn.Linear(2, 2), "weight", 1
        ),
        "module-data-parallel": lambda: nn.DataParallel(nn.Linear(2, 2)),
        "module-double": lambda: nn.Linear(2, 2).double(),
        "module-half": lambda: nn.Linear(2, 2).half(),
        "module-list": lambda: nn.ModuleList([nn.Embedding(3, 2), nn.LayerNorm(2), nn.MultiheadAttention(4, 2)]),
        "module-parameters": lambda: nn.ParameterList([nn.Parameter(torch.ones(1))]),
        "module-parameter-dictionary": lambda: nn.ParameterDict({"a": nn.Parameter(torch.ones(1))}),
        "module-transformer": lambda: nn.Transformer(4, 2, 1, 1, 4),
        "module-activation": lambda: nn.TransformerEncoderLayer(4, 2, 4, activation="gelu"),
        "average": lambda: importlib.import_module("torch.optim.swa_utils").AveragedModel(nn.Linear(2, 2)),
    }


def quantized_makers():
    """Return makers of quantized modules."""

    def dynamic():
        return torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(2, 2), nn.LSTM(2, 2)), {nn.Linear, nn.LSTM})

    def static():
        model = nn.Sequential(
            torch.quantization.QuantStub(), nn.Conv2d(1, 1, 1), nn.ReLU(), torch.quantization.DeQuantStub()
        )
        model.qconfig = torch.quantization.get_default_qconfig("fbgemm")
        prepared = torch.quantization.prepare(model)
        prepared(torch.ones(1, 1, 2, 2))
        return prepared

    return {
        "quantized-dynamic": dynamic,
        "quantized-dynamic-state": lambda: dynamic().state_dict(),
        "quantized-prepared": static,
        "quantized-static": lambda: torch.quantization.convert(static()),
        "quantized-static-state": lambda: torch.quantization.convert(static()).state_dict(),
        "quantized-tensor": lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "quantized-channels": lambda: torch.quantize_per_channel(
            torch.ones(2, 2), torch.ones(2), torch.zeros(2), 0, torch.quint8
        ),
    }


TYPES = (
    "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex32 complex64 complex128 "
    "float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu qint8 quint8 qint32"
).split()


def tensor_makers():
    """Return makers of tensors of every type and layout."""
    makers = {}
    for name in TYPES:
        makers["tensor-" + name] = lambda name=name: torch.zeros(2, dtype=getattr(torch, name))
        makers["dtype-" + name] = lambda name=name: getattr(torch, name)
    makers.update(
        {
            "parameter": lambda: nn.Parameter(torch.ones(2)),
            "parameter-attribute": lambda: marked(nn.Parameter(torch.ones(2))),
            "tensor-attribute": lambda: marked(torch.ones(2)),
            "buffer": lambda: nn.Buffer(torch.ones(2)),
            "uninitialized": lambda: nn.parameter.UninitializedParameter(),
            "sparse": lambda: torch.eye(3).to_sparse(),
            "sparse-csr": lambda: torch.eye(3).to_sparse_csr(),
            "sparse-csc": lambda: torch.eye(3).to_sparse_csc(),
            "sparse-bsr": lambda: torch.eye(4).to_sparse_bsr((2, 2)),
            "sparse-semi": lambda: torch.sparse.to_sparse_semi_structured(torch.eye(64).half()),
            "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
            "nested-jagged": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
            "meta": lambda: torch.ones(2, device="meta"),
            "conjugate": lambda: torch.ones(2, dtype=torch.complex64).conj(),
            "negative": lambda: torch.ones(2, dtype=torch.complex64).conj().imag,
            "gradient": lambda: torch.ones(2, requires_grad=True),
            "hooked": lambda: hooked(torch.ones(2, requires_grad=True)),
            "storage": lambda: torch.ones(2).storage(),
            "storage-untyped": lambda: torch.ones(2).untyped_storage(),
            "size": lambda: torch.ones(2, 3).size(),
            "device": lambda: torch.device("cpu"),
            "layouts": lambda: [torch.strided, torch.sparse_coo],
            "formats": lambda: [torch.contiguous_format, torch.channels_last, torch.preserve_format],
            "schemes": lambda: [torch.per_tensor_affine, torch.per_channel_affine],
            "generator": lambda: torch.Generator(),
            "finfo": lambda: torch.finfo(torch.float32),
            "numbers": lambda: [numpy.float64(1.0), numpy.array([1]), torch.tensor(1).numpy()],
            "functions": lambda: [
                nn.functional.relu,
                nn.functional.gelu,
                nn.functional.softmax,
                torch.relu,
                torch.tanh,
                torch.sigmoid,
            ],
            "types": lambda: [torch.Tensor, torch.FloatTensor, torch.LongTensor, nn.Linear, nn.Module, nn.Parameter],
        }
    )
    return makers


def marked(tensor):
    """Give a tensor an attribute."""
    tensor.tag = "weighed"
    return tensor


def hooked(tensor):
    """Give a tensor an empty dictionary of hooks."""
    tensor._backward_hooks = collections.OrderedDict()  # noqa: SLF001 - what old checkpoints hold
    return tensor


def state_makers():
    """Return makers of state dictionaries and of what trainers keep beside them."""
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(2, 2))
    return {
        "state": net.state_dict,
        "state-half": lambda: net.half().state_dict(),
        "checkpoint": lambda: {
            "epoch": 3,
            "model": net.state_dict(),
            "best": numpy.float64(0.5),
            "arguments": None,
            "classes": ["a"],
            "history": collections.defaultdict(list),
        },
        "rng": lambda: {
            "python": random.getstate(),
            "numpy": numpy.random.get_state(),
            "cpu": torch.random.get_rng_state(),
        },
        "scaler": lambda: torch.cuda.amp.GradScaler(enabled=False).state_dict(),
        "scaler-whole": lambda: torch.cuda.amp.GradScaler(enabled=False),
        "dataset": lambda: torch.utils.data.TensorDataset(torch.ones(2)),
        "dataset-subset": lambda: torch.utils.data.Subset(torch.utils.data.TensorDataset(torch.ones(2)), [0]),
        "packed": lambda: nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]),
    }


def optimizers():
    """Yield every optimizer and scheduler after one step, whole and as a state dictionary."""
    for name in sorted(vars(torch.optim)):
        candidate = getattr(torch.optim, name)
        if inspect.isclass(candidate) and issubclass(candidate, torch.optim.Optimizer):
            made = attempt(stepped, candidate)
            yield "optimizer-" + name, made
            yield "optimizer-state-" + name, made and made.state_dict()
    schedulers = torch.optim.lr_scheduler
    options = {
        "StepLR": (1,),
        "MultiStepLR": ([1],),
        "ExponentialLR": (0.9,),
        "CosineAnnealingLR": (3,),
        "ReduceLROnPlateau": (),
        "CyclicLR": (0.1, 0.2),
        "OneCycleLR": (0.1, 5),
        "CosineAnnealingWarmRestarts": (3,),
        "ConstantLR": (),
        "LinearLR": (),
        "PolynomialLR": (),
    }
    for name, arguments in options.items():
        made = attempt(
            lambda name=name, arguments=arguments: getattr(schedulers, name)(stepped(torch.optim.SGD), *arguments)
        )
        yield "scheduler-" + name, made
        yield "scheduler-state-" + name, made and attempt(made.state_dict)


def stepped(candidate):
    """Make an optimizer and let it step once."""
    layer = nn.Linear(2, 2)
    try:
        optimizer = candidate(layer.parameters(), lr=0.1, momentum=0.9)
    except TypeError:
        optimizer = candidate(layer.parameters(), lr=0.1)
    layer(torch.ones(1, 2)).sum().backward()
    attempt(optimizer.step)
    return optimizer


def distributions():
    """Yield probability distributions, which reinforcement learning keeps in its policies."""
    holder = torch.distributions
    yield from attempts(
        {
            "distribution-normal": lambda: holder.Normal(torch.zeros(1), torch.ones(1)),
            "distribution-categorical": lambda: holder.Categorical(torch.ones(2)),
            "distribution-bernoulli": lambda: holder.Bernoulli(torch.ones(1) / 2),
        }
    )
