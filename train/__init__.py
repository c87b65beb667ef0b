"""Fine-tuning: base models, LoRA SFT, distillation, sweeps."""
