"""PyTorch's archives: which members are pickles, numbers and code, by any spelling."""

from __future__ import annotations

import pytest

from scanners.engine import examine
from scanners.formats import Format, Part
from scanners.formats.torch_zip import declare
from scanners.formats.torchscript import read
from scanners.limits import Budget, Limits
from scanners.sources import BytesSource


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("archive/data.pkl", Format.PICKLE),
        ("data.pkl", Format.PICKLE),
        ("a/b/DATA.PKL", Format.PICKLE),
        ("archive/constants.pkl", Format.PICKLE),
        ("archive/bytecode.pkl", Format.PICKLE),
        ("archive/data/0", Format.TENSOR_DATA),
        ("archive/data/94571234", Format.TENSOR_DATA),
        ("archive/constants/3", Format.TENSOR_DATA),
        ("archive/.data/12.storage", Format.TENSOR_DATA),
        ("archive/data/weights/weight_0", Format.TENSOR_DATA),
        ("archive/data/weights/config.json", None),
        ("archive/code/__torch__.py", Format.TORCHSCRIPT),
        ("archive/code/__torch__/a/b.py", Format.TORCHSCRIPT),
        ("archive/version", None),
        ("archive/data/0.pkl", None),
        ("archive/data/x", None),
        ("archive/extra/data/0/x", None),
    ],
)
def test_what_members_are(name: str, expected: Format | None) -> None:
    """Names decide what PyTorch's loaders take a member for; everything else is for its content to say."""
    assert declare(name) is expected


def judged(text: str) -> list[tuple[str, str | None]]:
    part = Part(source=BytesSource(text.encode()), name="__torch__.py", budget=Budget(Limits()))
    return [(fact.rule, fact.name) for fact in read(part)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "return torch.add(x, y)",
        "return torch.nn.functional.relu(x)",
        "_0 = ops.prim.NumToTensor(1)",
        "_0 = ops.quantized.linear(x, w, 1., 0)",
        "_0 = ops.torchvision.nms(boxes, scores, 0.5)",
        'print("torch.save(x)")',
        "# torch.save(x)",
        "self.torch.save(x)",
        "mytorch.save(x)",
        "w = __torch__.torch.classes.quantized.LinearPackedParamsBase",
        "x = torch.saved(x)",
    ],
)
def test_computing_says_nothing(text: str) -> None:
    """Operators that compute, words in strings and comments, and other objects' attributes are no fault."""
    assert not judged(text)


@pytest.mark.parametrize(
    ("text", "rule", "name"),
    [
        ('torch.save(x, "a")', "torchscript-reaches-out", "torch.save"),
        ('torch . save(x, "a")', "torchscript-reaches-out", "torch.save"),
        ("x = torch.from_file(p, True, 1)", "torchscript-reaches-out", "torch.from_file"),
        ("ops.aten.save(x, p)", "torchscript-reaches-out", "ops.aten.save"),
        ("ops.image.write_file(p, x)", "torchscript-reaches-out", "ops.image.write_file"),
        ("rpc_sync(w, f, (x,))", "torchscript-reaches-out", "rpc_sync"),
        ('print("a"); torch.save(x, "b")', "torchscript-reaches-out", "torch.save"),
        ("ops.mine.run(x)", "torchscript-custom-operator", "ops.mine.run"),
        (
            "x : __torch__.torch.classes.mine.Engine",
            "torchscript-custom-operator",
            "__torch__.torch.classes.mine.Engine",
        ),
    ],
)
def test_reaching_out_is_found(text: str, rule: str, name: str) -> None:
    """File functions under each of their spellings, remote calls, and what PyTorch does not ship."""
    assert judged(text) == [(rule, name)]


def test_a_name_is_reported_once() -> None:
    """A thousand calls are one fact."""
    assert len(judged('torch.save(x, "a")\n' * 1000)) == 1


def test_a_broken_archive_is_no_fault_of_ours() -> None:
    """A head of an archive and nothing else is a finding, with nothing left unsaid."""
    report = examine(BytesSource(b"PK\3\4" + bytes(26)), "model.pt")
    assert {finding.rule for finding in report.findings} == {"zip-no-directory", "zip-prefix"} | {
        finding.rule for finding in report.findings if finding.rule == "extension-disagrees"
    }
