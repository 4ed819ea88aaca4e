"""XML documents that are models, and what their parsers can be made to do; ordinary ones beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EXTERNAL = '<!ENTITY secret SYSTEM "file:///etc/passwd">'
_PARAMETER = '<!ENTITY % more SYSTEM "http://example.com/more.dtd"> %more;'
_LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
_LOOP = '<!ENTITY a "&b;"><!ENTITY b "&a;">'
_HIDDEN = "<!ENTITY % hidden '<!ENTITY secret SYSTEM \"file:///etc/passwd\">'> %hidden;"
_LITTLE = '<!ENTITY company "Acme">'


def doctype(root: str, entities: str = "", place: str = "") -> str:
    """Return a document type."""
    subset = f" [{entities}]" if entities else ""
    return f"<!DOCTYPE {root}{place}{subset}>\n"


def pmml(content: str = "", *, before: str = "", encoding: str = "utf-8") -> bytes:
    """Return a PMML document with a regression model."""
    model = '<RegressionModel functionName="regression"><MiningSchema/></RegressionModel>'
    root = f'<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>{content}{model}</PMML>'
    return ((_HEAD if encoding == "utf-8" else "") + before + root).encode(encoding)


def derived(function: str) -> str:
    """Return a derived field that is a function of another."""
    apply = f'<Apply function="{function}"><FieldRef field="x"/></Apply>'
    return f'<TransformationDictionary><DerivedField name="y">{apply}</DerivedField></TransformationDictionary>'


def layer(type_: str, content: str = "", *, version: str = "opset1", name: str = "n") -> str:
    """Return a layer of OpenVINO's."""
    return f'<layer id="0" name="{name}" type="{type_}" version="{version}">{content}</layer>'


def const(name: str, shape: str, offset: str, size: str, element_type: str = "f32") -> str:
    """Return a constant of OpenVINO's."""
    data = f'<data element_type="{element_type}" shape="{shape}" offset="{offset}" size="{size}" />'
    return layer("Const", data, name=name)


def net(*layers: str, before: str = "") -> bytes:
    """Return a graph of OpenVINO's."""
    parameter = layer("Parameter", '<data shape="1,2" element_type="f32" />')
    inner = "".join((parameter, *layers, layer("Result")))
    return (
        f'<?xml version="1.0"?>\n{before}<net name="m" version="11"><layers>{inner}</layers><edges/></net>\n'.encode()
    )


def svg(before: str, text: str = "") -> bytes:
    """Return a drawing."""
    return f'{_HEAD}{before}<svg xmlns="http://www.w3.org/2000/svg"><text>{text}</text></svg>'.encode()


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "pmml-external-entity.pmml": lambda: pmml(before=doctype("PMML", _EXTERNAL)),
    "pmml-external-entity-utf-16.pmml": lambda: pmml(before=doctype("PMML", _EXTERNAL), encoding="utf-16"),
    "pmml-behind-white-space.pmml": lambda: (
        b"\n" * 5000 + pmml(before=doctype("PMML", _EXTERNAL)).removeprefix(_HEAD.encode())
    ),
    "benign-pmml-behind-white-space.pmml": lambda: b"\n" * 5000 + pmml().removeprefix(_HEAD.encode()),
    "pmml-parameter-entity.pmml": lambda: pmml(before=doctype("PMML", _PARAMETER)),
    "pmml-entity-in-parameter-entity.pmml": lambda: pmml(before=doctype("PMML", _HIDDEN)),
    "pmml-document-type-elsewhere.pmml": lambda: pmml(
        before=doctype("PMML", place=' SYSTEM "http://example.com/x.dtd"')
    ),
    "pmml-document-type-of-another-root.pmml": lambda: pmml(before=doctype("html", _EXTERNAL)),
    "pmml-billion-laughs.pmml": lambda: pmml("&l9;", before=doctype("PMML", _LAUGHS)),
    "pmml-entities-in-a-circle.pmml": lambda: pmml("&a;", before=doctype("PMML", _LOOP)),
    "pmml-small-entity-often.pmml": lambda: pmml("&e;" * 5000, before=doctype("PMML", f'<!ENTITY e "{"x" * 5000}">')),
    "pmml-class-as-function.pmml": lambda: pmml(derived("com.example.Launch")),
    "pmml-code-in-extension.pmml": lambda: pmml(
        '<Extension name="init" value="x"><script>java.lang.Runtime.getRuntime()</script></Extension>'
    ),
    "pmml-code-in-extension-split.pmml": lambda: pmml("<Extension>__imp<!-- -->ort__</Extension>"),
    "pmml-breaks-off.pmml": lambda: pmml(derived("com.example.Launch"))[:-9],
    "openvino-external-entity.xml": lambda: net(before=doctype("net", _EXTERNAL)),
    "openvino-billion-laughs.xml": lambda: net(before=doctype("net", _LAUGHS)),
    "openvino-extension.xml": lambda: net(layer("AcmeLaunch", version="extension")),
    "openvino-unknown-set.xml": lambda: net(layer("Relu", version="acme_opset")),
    "openvino-size-disagrees.xml": lambda: net(const("w", "1024,1024", "0", "16")),
    "openvino-negative-offset.xml": lambda: net(const("w", "2,2", "-16", "16")),
    "openvino-negative-shape.xml": lambda: net(const("w", "-2,-2", "0", "16")),
    "openvino-constants-cross.xml": lambda: net(const("w", "2,2", "0", "16"), const("v", "2,2", "8", "16")),
    "xml-external-entity.svg": lambda: svg(doctype("svg", _EXTERNAL), "&secret;"),
    "xml-billion-laughs.xml": lambda: svg(doctype("svg", _LAUGHS), "&l9;"),
    "benign-pmml-model.pmml": lambda: pmml(derived("log10")),
    "benign-pmml-little-entity.pmml": lambda: pmml(before=doctype("PMML", _LITTLE)),
    "benign-pmml-defined-function.pmml": lambda: pmml(
        '<TransformationDictionary><DefineFunction name="acme.scale" optype="continuous"/></TransformationDictionary>'
        + derived("acme.scale")
    ),
    "benign-pmml-class-allowed.pmml": lambda: pmml(derived("com.example.Scale")),
    "benign-pmml-extension.pmml": lambda: pmml('<Extension name="precision" value="0.001" extender="Acme"/>'),
    "benign-openvino-model.xml": lambda: net(
        const("w", "2,2", "0", "16"),
        const("tied", "2,2", "0", "16"),
        const("v", "3", "16", "2", "i4"),
        const("scalar", "", "18", "4"),
        layer("MatMul"),
        layer("RegexSplit", version="extension"),
    ),
    "benign-xml-drawing.svg": lambda: svg(
        doctype("svg", place=' PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"')
    ),
    "benign-xml-drawing-with-entity.svg": lambda: svg(doctype("svg", _LITTLE), "&company;"),
    "benign-xml-page.html": lambda: b"<!DOCTYPE html>\n<html><body><p>one<br>two</body></html>\n",
}
