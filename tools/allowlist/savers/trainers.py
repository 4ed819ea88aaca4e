"""What trainers leave beside the weights: training arguments, random states, optimizer and scheduler states."""

import importlib
import random

import numpy
import torch
from attempts import attempt, attempts
from pytorch import saved
from torch import nn


def samples():
    """Yield the pickles of trainer files."""
    for name, thing in attempts({**transformers_makers(), **training_makers()}):
        yield name, attempt(saved, thing, True)


def transformers_makers():
    """Return makers of the arguments that trainers of the transformers library save as `training_args.bin`."""
    transformers = importlib.import_module("transformers")
    makers = {}
    variants = {
        "": {},
        "-lengthy": {
            "learning_rate": 1e-4,
            "num_train_epochs": 2,
            "save_strategy": "epoch",
            "logging_steps": 5,
            "optim": "adafactor",
            "lr_scheduler_type": "cosine",
            "report_to": [],
        },
        "-best": {
            "load_best_model_at_end": True,
            "eval_strategy": "steps",
            "save_strategy": "steps",
            "metric_for_best_model": "loss",
        },
        "-best-old": {
            "load_best_model_at_end": True,
            "evaluation_strategy": "steps",
            "save_strategy": "steps",
            "metric_for_best_model": "loss",
        },
        "-sharded": {"fsdp": "full_shard auto_wrap", "fsdp_config": {"min_num_params": 10}},
        "-hub": {"push_to_hub": True, "hub_model_id": "a/b", "hub_strategy": "every_save"},
        "-debug": {"debug": "underflow_overflow"},
        "-cpu": {"use_cpu": True, "bf16": False},
        "-none": {"report_to": "none"},
    }
    for place in ("TrainingArguments", "Seq2SeqTrainingArguments"):
        for label, options in variants.items():
            makers[place + label] = lambda place=place, options=options: getattr(transformers, place)(
                output_dir="weighbridge", **options
            )
    makers["intervals"] = lambda: [
        list(getattr(transformers.trainer_utils, name)) for name in ("IntervalStrategy", "SchedulerType", "HubStrategy")
    ]
    makers["strategies"] = lambda: list(transformers.trainer_utils.SaveStrategy)
    makers["optimizers"] = lambda: list(transformers.training_args.OptimizerNames)
    makers["configuration"] = lambda: transformers.BertConfig()
    makers["generation"] = lambda: transformers.GenerationConfig()
    makers["prediction"] = lambda: transformers.trainer_utils.PredictionOutput(numpy.ones(1), numpy.ones(1), {"a": 1.0})
    makers["feature"] = lambda: transformers.BatchEncoding({"a": [1]})
    return makers


def training_makers():
    """Return makers of states of a training run."""

    def states():
        layer = nn.Linear(2, 2)
        optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)

    return {
        "rng": lambda: {
            "python": random.getstate(),
            "numpy": numpy.random.get_state(),
            "cpu": torch.random.get_rng_state(),
            "cuda": [],
        },
        "optimizer": lambda: states()[0].state_dict(),
        "scheduler": lambda: states()[1].state_dict(),
        "checkpoint": lambda: {
            "epoch": 1,
            "global_step": 10,
            "pytorch-lightning_version": "2.0.0",
            "state_dict": nn.Linear(2, 2).state_dict(),
            "loops": {},
            "callbacks": {"best": {"monitor": "loss", "best_model_score": torch.tensor(1.0)}},
            "optimizer_states": [states()[0].state_dict()],
            "lr_schedulers": [states()[1].state_dict()],
            "hparams_name": "kwargs",
            "hyper_parameters": {"rate": 0.1},
        },
    }
