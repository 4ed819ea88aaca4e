"""Save model directories as their libraries write them: `python save_directories.py FOLDER`.

Needs an environment with transformers, sentence-transformers, peft, diffusers, mlflow, scikit-learn and torch. Weights are random
and small, and those of the diffusion pipeline are left out; what counts is the configurations.
"""

import os
import sys
from pathlib import Path

MODEL_TYPES = (
    "bart",
    "bert",
    "blip-2",
    "clip",
    "deepseek_v3",
    "encodec",
    "gemma3",
    "gpt2",
    "llama",
    "mixtral",
    "qwen2_5_vl",
    "t5",
    "vit",
    "whisper",
)
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "auto_map", "trust_remote_code", "hello", "world")


def configurations(folder: Path) -> None:
    """Save the default configuration of each type of model, and of generation."""
    from transformers import AutoConfig, GenerationConfig

    for model_type in MODEL_TYPES:
        AutoConfig.for_model(model_type).save_pretrained(folder / model_type)
    GenerationConfig(max_length=20).save_pretrained(folder / "llama")


def sentence_transformer(folder: Path) -> None:
    """Save a sharded model with its tokenizer, a sentence transformer of it, and an adapter."""
    from peft import LoraConfig, get_peft_model
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, BertTokenizerFast

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=16, **sizes))
    model.save_pretrained(folder / "bert", max_shard_size="3KB")
    vocabulary = folder / "vocabulary.txt"
    vocabulary.write_text("\n".join(WORDS))
    BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(folder / "bert")
    vocabulary.unlink()
    modules = [models.Transformer(str(folder / "bert")), models.Pooling(8), models.Dense(8, 4), models.Normalize()]
    SentenceTransformer(modules=modules).save(str(folder / "sentence-transformer"), create_model_card=False)
    get_peft_model(model, LoraConfig(target_modules=["query"])).save_pretrained(folder / "peft")


def tokenizer(folder: Path) -> None:
    """Save a tokenizer with a chat template."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel()
    bpe.train_from_iterator([" ".join(WORDS)] * 3, trainers.BpeTrainer(vocab_size=300))
    fast = PreTrainedTokenizerFast(tokenizer_object=bpe)
    fast.chat_template = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    fast.save_pretrained(folder / "tokenizer")


def pipeline(folder: Path) -> None:
    """Save a diffusion pipeline without its weights."""
    from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel

    blocks = {"down_block_types": ("DownBlock2D", "DownBlock2D"), "up_block_types": ("UpBlock2D", "UpBlock2D")}
    unet = UNet2DModel(sample_size=8, block_out_channels=(4, 8), layers_per_block=1, norm_num_groups=2, **blocks)
    DDPMPipeline(unet, DDPMScheduler()).save_pretrained(folder / "diffusers")
    for weights in (folder / "diffusers").rglob("*.safetensors"):
        weights.unlink()


def mlflow_model(folder: Path) -> None:
    """Save a scikit-learn model as MLflow does."""
    import mlflow
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    inputs = np.array([[0.0], [1.0]])
    model = LogisticRegression().fit(inputs, [0, 1])
    mlflow.sklearn.save_model(model, folder / "mlflow", input_example=inputs)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for save in (configurations, sentence_transformer, tokenizer, pipeline, mlflow_model):
        save(target)
