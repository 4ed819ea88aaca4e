"""PyTorch archives, and their honest twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.numpy_arrays import npy
from tests.corpus.payloads import PAYLOAD, PAYLOAD_4, PLAIN, state_dict
from tests.corpus.tar_builder import END, member
from tests.corpus.zip_builder import DEFLATED, ENCRYPTED, Header, Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FLOATS = b"\0\0\x80\x3f" * 4
_VERSION = Member(name=b"model/version", data=b"3\n")
_BYTEORDER = Member(name=b"model/byteorder", data=b"little")
_SERIAL = Member(name=b"model/.data/serialization_id", data=b"0123456789" * 4)
_CODE = b"""class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    weight = self.weight
"""


def _pickle(data: bytes, name: bytes = b"model/data.pkl", **changes: object) -> Member:
    return Member(**{"name": name, "data": data, **changes})  # type: ignore[arg-type]


def _saved(*members: Member) -> bytes:
    """What `torch.save` writes, with these members in place of `data.pkl`."""
    storage = Member(name=b"model/data/0", data=_FLOATS)
    return archive(*members, _BYTEORDER, storage, _VERSION, _SERIAL)


def _script(body: bytes, *extra: Member) -> bytes:
    """What `torch.jit.save` writes for a module whose `forward` goes on with `body`."""
    code = Member(name=b"model/code/__torch__.py", data=_CODE + body)
    constants = Member(name=b"model/constants.pkl", data=b"\x80\x02).")
    return _saved(_pickle(state_dict()), code, constants, *extra)


def _package(*members: Member) -> bytes:
    """What `torch.package` writes."""
    return archive(
        Member(name=b"package/.data/extern_modules", data=b"collections\n"),
        Member(name=b"package/.data/version", data=b"6\n"),
        Member(name=b"package/.data/0.storage", data=_FLOATS),
        *members,
    )


def _legacy_tar(pickle: bytes) -> bytes:
    """The layout of releases before 0.1.10: three members, each of pickles; no storages and no tensors here."""
    none = b"\x80\x02K\x00."
    return member(b"storages", none) + member(b"tensors", none) + member(b"pickle", pickle) + END


def _legacy_tar_of_tensors(description: bytes) -> bytes:
    """The same with one storage and one tensor of four floats; `description` is the storage's own pickle."""
    one, none = b"\x80\x02K\x01.", b"\x80\x02]."
    storages = one + description + (4).to_bytes(8, "little") + _FLOATS + none
    tensor = b"\x80\x02(K\x00K\x00ctorch\nFloatTensor\nt."
    sizes = (1).to_bytes(8, "little") + (4).to_bytes(8, "little") + (1).to_bytes(8, "little") + bytes(8)
    tensors = one + tensor + sizes
    return (
        member(b"sys_info", PLAIN)
        + member(b"pickle", PLAIN)
        + member(b"tensors", tensors)
        + member(b"storages", storages)
        + END
    )


_FLOAT_STORAGE = b"\x80\x02(K\x00X\x03\x00\x00\x00cpuctorch\nFloatStorage\nt."


def _source(folder: bytes) -> tuple[Member, ...]:
    """Return a program of AOTInductor's that is to be compiled, and the flags for the compiler."""
    return (
        Member(name=folder + b"x.wrapper.cpp", data=b"int main() { return 0; }\n"),
        Member(name=folder + b"x.wrapper_compile_flags.json", data=b'{"compiler": "echo"}'),
    )


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "benign-torch.pt": lambda: _saved(_pickle(state_dict())),
    "benign-torch-deflated.pt": lambda: _saved(_pickle(state_dict(), method=DEFLATED)),
    "benign-torch-storage-like-pickle.pt": lambda: archive(
        _pickle(state_dict()), Member(name=b"model/data/0", data=b"\x80\x02\xff\xff" * 4), _VERSION
    ),
    "benign-torchscript.pt": lambda: _script(b"    return torch.add(torch.linear(x, weight), 1)\n"),
    "benign-torchscript-quantized.pt": lambda: _script(
        b'    print("torch.save and ops.image.write_file are words here")  # torch.save\n'
        b"    return ops.quantized.linear(x, weight, 0.5, 3)\n"
    ),
    "benign-torch-package.pt": lambda: _package(Member(name=b"package/model/model.pkl", data=PLAIN)),
    "benign-torch.tar": lambda: _legacy_tar(PLAIN),
    "torch-pickle.pt": lambda: _saved(_pickle(PAYLOAD)),
    "torch-pickle-deflated.pt": lambda: _saved(_pickle(PAYLOAD_4, method=DEFLATED)),
    "torch-pickle-broken.pt": lambda: _saved(_pickle(PAYLOAD_4[:-1] + b"\xff")),
    "torch-pickle-not-first.pt": lambda: archive(_VERSION, _SERIAL, _BYTEORDER, _pickle(PAYLOAD)),
    "torch-pickle-no-folder.pt": lambda: archive(_pickle(PAYLOAD, b"data.pkl"), _VERSION),
    "torch-pickle-second-folder.pt": lambda: _saved(_pickle(state_dict()), _pickle(PAYLOAD, b"other/data.pkl")),
    "torch-pickle-upper-case.pt": lambda: _saved(_pickle(PAYLOAD, b"model/DATA.PKL")),
    "torch-pickle-twins.pt": lambda: _saved(_pickle(state_dict()), _pickle(PAYLOAD, b"model/Data.pkl")),
    "torch-pickle-duplicate.pt": lambda: _saved(_pickle(state_dict()), _pickle(PAYLOAD)),
    "torch-pickle-name-disagrees.pt": lambda: _saved(
        _pickle(PAYLOAD, b"model/data.pkl", local=Header(name=b"model/data.txt"))
    ),
    "torch-pickle-flag-encrypted.pt": lambda: _saved(_pickle(PAYLOAD, flags=ENCRYPTED)),
    "torch-pickle-bad-crc.pt": lambda: _saved(_pickle(PAYLOAD, central=Header(crc=7), local=Header(crc=7))),
    "torch-pickle-in-storage.pt": lambda: archive(
        _pickle(state_dict()), Member(name=b"model/data/0", data=PAYLOAD_4), _VERSION
    ),
    "torch-pickle-in-constants.pt": lambda: _script(
        b"    return x\n", Member(name=b"model/extra/constants.pkl", data=PAYLOAD_4)
    ),
    "torch-pickle-in-extra.pt": lambda: _saved(
        _pickle(state_dict()), Member(name=b"model/extra/producer_info.json", data=PAYLOAD)
    ),
    "torch-pickle-in-hidden-member.pt": lambda: _saved(
        _pickle(state_dict()), Member(name=b"model/.hidden/x", data=PAYLOAD)
    ),
    "torch-zip-in-storage.pt": lambda: archive(
        _pickle(state_dict()), Member(name=b"model/data/0", data=_saved(_pickle(PAYLOAD))), _VERSION
    ),
    "torch-numpy-in-storage.pt": lambda: archive(
        _pickle(state_dict()),
        Member(
            name=b"model/data/0",
            data=npy("{'descr': '|O', 'fortran_order': False, 'shape': ()}", PAYLOAD_4),
        ),
        _VERSION,
    ),
    "torch-prefix-pickle.pt": lambda: PAYLOAD_4 + _saved(_pickle(state_dict())),
    "torch-package-source.pt": lambda: _package(
        Member(name=b"package/model/model.pkl", data=PLAIN),
        Member(name=b"package/mymodel/__init__.py", data=b"print('weighbridge')\n"),
    ),
    "torch-package-pickle.pt": lambda: _package(Member(name=b"package/model/model.pkl", data=PAYLOAD_4)),
    "torch-export-library.pt2": lambda: archive(
        Member(name=b"model/archive_format", data=b"pt2"),
        Member(name=b"model/archive_version", data=b"0"),
        Member(name=b"model/data/weights/weight_0", data=_FLOATS),
        Member(name=b"model/data/aotinductor/model/x.so", data=b"\x7fELF\2\1\1" + bytes(57)),
    ),
    "torch-compiled-source.pt2": lambda: archive(
        Member(name=b"model/archive_format", data=b"pt2"), *_source(b"model/data/aotinductor/model/")
    ),
    "torch-compiled-source-old.pt2": lambda: archive(*_source(b"data/aotinductor/model/")),
    "benign-torch-source-elsewhere.pt2": lambda: archive(
        Member(name=b"model/archive_format", data=b"pt2"), Member(name=b"model/extra/notes.cpp", data=b"// notes\n")
    ),
    "benign-torch-export.pt2": lambda: archive(
        Member(name=b"model/archive_format", data=b"pt2"),
        Member(name=b"model/archive_version", data=b"0"),
        Member(name=b"model/models/model.json", data=b'{"graph_module": {}}'),
        Member(name=b"model/data/weights/weight_0", data=_FLOATS),
        Member(name=b"model/data/weights/model_weights_config.json", data=b'{"config": {}}'),
    ),
    "torchscript-save.pt": lambda: _script(b'    torch.save(x, "/tmp/weighbridge")\n    return x\n'),
    "torchscript-from-file.pt": lambda: _script(b'    return torch.from_file("/etc/hostname", False, 4, dtype=0)\n'),
    "torchscript-spaced.pt": lambda: _script(b'    torch . save (x, "/tmp/weighbridge")\n    return x\n'),
    "torchscript-image-write.pt": lambda: _script(b'    ops.image.write_file("/tmp/weighbridge", x)\n    return x\n'),
    "torchscript-rpc.pt": lambda: _script(b'    rpc_async("worker", __torch__.f, (x,))\n    return x\n'),
    "torchscript-custom-operator.pt": lambda: _script(b"    return ops.mycompany.launch(x)\n"),
    "torchscript-custom-class.pt": lambda: _script(b"    y = __torch__.torch.classes.tensorrt.Engine\n    return x\n"),
    "torchscript-pickle-as-code.pt": lambda: _saved(
        _pickle(state_dict()), Member(name=b"model/code/__torch__.py", data=PAYLOAD)
    ),
    "torch-mobile-save.ptl": lambda: _script(
        b"    return x\n",
        Member(name=b"model/bytecode.pkl", data=b"\x80\x02(K\x08X\x0a\x00\x00\x00aten::saveX\x00\x00\x00\x00t."),
    ),
    "benign-torch-tensors.tar": lambda: _legacy_tar_of_tensors(_FLOAT_STORAGE),
    "torch-tar-pickle-in-storages.tar": lambda: _legacy_tar_of_tensors(PAYLOAD_4),
    "torch-tar-storages-cut-off.tar": lambda: _legacy_tar_of_tensors(_FLOAT_STORAGE + b"\xff"),
    "torch-tar-pickle.tar": lambda: _legacy_tar(PAYLOAD),
    "torch-tar-pickle.pt": lambda: _legacy_tar(PAYLOAD_4),
}
