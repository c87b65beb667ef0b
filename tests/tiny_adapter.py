"""An adapter with random weights that are not zero, as PEFT saves one."""

from pathlib import Path
from typing import Any


def save(base: Any, folder: Path, seed: int = 0, scale: float = 0.01, **settings: Any) -> Path:
    """Wrap `base`, a model or what opens one, shake all trained weights, and save the adapter."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    defaults = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear"}
    config = LoraConfig(task_type="CAUSAL_LM", **{**defaults, **settings})
    opened = AutoModelForCausalLM.from_pretrained(base) if isinstance(base, str) else base
    model = get_peft_model(opened, config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter), alpha=scale)
    model.save_pretrained(folder)
    return folder
