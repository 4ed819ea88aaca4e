"""Whole networks of torchvision, timm and ultralytics, as fine-tuning scripts save them; built without memory for weights."""

import importlib
import pickle

import torch
from attempts import attempt, isolated


def samples():
    """Yield pickles of one network for each architecture."""
    for name, make in makers():
        data = isolated(saved, make)
        if data is not None:
            yield name, data


def saved(make):
    """Build a network on the meta device and pickle it."""
    with torch.device("meta"):
        network = make()
    return pickle.dumps(network, 2)


def makers():
    """Yield names and makers of all that is installed."""
    models = attempt(importlib.import_module, "torchvision.models")
    for name in models.list_models() if models else ():
        yield (
            f"torchvision-{name}",
            lambda name=name: models.get_model(
                name, weights=None, **({"weights_backbone": None} if is_composed(name) else {})
            ),
        )
    transforms = attempt(importlib.import_module, "torchvision.transforms")
    if transforms:
        yield (
            "torchvision-transforms",
            lambda: transforms.Compose(
                [
                    transforms.Resize(8),
                    transforms.CenterCrop(8),
                    transforms.ToTensor(),
                    transforms.Normalize([0.5], [0.5]),
                ]
            ),
        )
    timm = attempt(importlib.import_module, "timm")
    for module in timm.list_modules() if timm else ():
        for name in timm.list_models(module=module)[:2]:
            yield f"timm-{name}", lambda name=name: timm.create_model(name, pretrained=False)
    yield from yolo_makers()


def is_composed(name):
    """Say whether a torchvision network has a backbone with weights of its own."""
    return name.startswith(
        ("fasterrcnn", "fcos", "keypointrcnn", "maskrcnn", "retinanet", "ssd", "deeplab", "fcn", "lraspp")
    )


YOLO = "yolov3 yolov5n yolov6n yolov8n yolov8n-seg yolov8n-cls yolov8n-pose yolov8n-obb yolov8-worldv2 yolov9t yolov10n yolo11n yolo11n-seg yolo11n-cls yolo11n-pose yolo11n-obb yolo12n".split()


def yolo_makers():
    """Yield makers of the checkpoints that ultralytics trains into."""
    ultralytics = attempt(importlib.import_module, "ultralytics")
    for name in YOLO if ultralytics else ():
        yield f"ultralytics-{name}", lambda name=name: checkpoint(ultralytics.YOLO(name + ".yaml", verbose=False).model)
    if ultralytics:
        yield "ultralytics-rtdetr", lambda: checkpoint(ultralytics.RTDETR("rtdetr-l.yaml").model)


def checkpoint(network):
    """Return a network among what stands beside it in a checkpoint."""
    return {
        "epoch": -1,
        "model": network,
        "ema": None,
        "train_args": dict(getattr(network, "args", None) or {}),
        "names": {0: "truck"},
    }
