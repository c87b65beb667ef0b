# make reproduce   the main job on the embedded model, from nothing to results/…/report.html
# make test        the tests            make lint   ruff and mypy
# make ablation    dose and response on the embedded model: 0 to 600 pairs, two seeds (minutes: see README)
# make gallery     the pictures of the README, from the two runs above
# make serve       base and adapters behind an OpenAI-compatible API on this machine (VLLM_API_KEY must be set)
# make bench       training speed against TRL's defaults, side by side
# make clean       results and trained adapters; `make distclean` also removes .venv and the base
#
# Steps are skipped when their outputs are there and their inputs are unchanged: train/sft.py and
# eval/run.py compare digests of config, data and base themselves, so make always calls them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SFT ?= configs/sft/smollm2-135m.yaml
EVAL ?= configs/eval/wish.yaml
ABLATION ?= configs/ablations/dataset_size_smollm2.yaml

# Which lock: NVIDIA GPU, macOS (no vLLM wheel there), or CPU.
ifneq ($(shell nvidia-smi -L 2>/dev/null | grep -c GPU | grep -v '^0$$'),)
LOCK := gpu
else ifeq ($(shell uname -s),Darwin)
LOCK := macos
else
LOCK := cpu
endif
ACCELERATE_CONFIG := configs/accelerate/$(if $(filter gpu,$(LOCK)),single_gpu,cpu).yaml
INSTALLED := $(VENV)/.installed-$(LOCK)

# PyTorch's own CPU index, asked only where pip does not find the +cpu build by itself.
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu
TORCH_CPU = $(shell grep '^torch==' requirements/cpu.lock)

.PHONY: reproduce install base distill train evaluate ablation gallery serve test test-slow bench lint lock clean distclean

reproduce: export HF_HUB_OFFLINE = 1
reproduce: evaluate

install: $(INSTALLED)

$(INSTALLED): requirements/$(LOCK).lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: Python 3.11 or newer is needed: make PYTHON=python3.11 …"; exit 2; }
	$(PYTHON) -m venv $(VENV)
ifeq ($(LOCK),cpu)
	$(BIN)/python -m pip install --no-deps '$(TORCH_CPU)' 2>/dev/null \
		|| $(BIN)/python -m pip install --no-deps --index-url $(TORCH_CPU_INDEX) '$(TORCH_CPU)'
endif
	$(BIN)/python -m pip install --no-deps -r requirements/$(LOCK).lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -q -e .
	@touch $@

base: install
	$(BIN)/python train/base_model.py

distill: base
	$(BIN)/python train/distill.py --base smollm2-135m-instruct --limit 66 --max_tokens 64

train: distill
	$(BIN)/accelerate launch --quiet --config_file $(ACCELERATE_CONFIG) train/sft.py --config $(SFT) \
		--resume --overwrite

evaluate: train
	$(BIN)/python eval/run.py --config $(EVAL) --overwrite

ablation: export HF_HUB_OFFLINE = 1
ablation: base
	$(BIN)/python train/sweep.py --config $(ABLATION) --resume

# From runs that are there: `make reproduce` and `make ablation`.
gallery: install
	mkdir -p notebooks/gallery
	$(BIN)/python eval/screenshot.py results/wish-smollm2-135m --output notebooks/gallery/report.png
	$(BIN)/python eval/screenshot.py results/dataset_size_smollm2 --output notebooks/gallery/ablation-report.png
	cp results/dataset_size_smollm2/figures/ablation_forest.svg results/dataset_size_smollm2/figures/ablation_dose_response_size.svg notebooks/gallery/

serve: base
	$(BIN)/python eval/serve.py $(SERVE)

test: export HF_HUB_OFFLINE = 1
test: install
	$(BIN)/python -m pytest -m 'not slow'

test-slow: export HF_HUB_OFFLINE = 1
test-slow: install
	$(BIN)/python -m pytest -m slow

bench: install
	$(BIN)/python tests/benchmarks/bench_sft.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Where a local folder holds the +cpu torch, pip's find-links setting is handed on; else PyTorch's index.
FIND_LINKS = $(shell $(BIN)/python -m pip config get global.find-links 2>/dev/null)
COMPILE = $(BIN)/uv pip compile -q --python-version 3.11 --no-header --override requirements/overrides.txt
lock: install
	$(COMPILE) --python-platform x86_64-unknown-linux-gnu requirements/cpu.in -o requirements/cpu.lock --override requirements/overrides-cpu.txt \
		$(if $(FIND_LINKS),--find-links $(FIND_LINKS),--torch-backend cpu)
	$(COMPILE) --python-platform x86_64-unknown-linux-gnu requirements/gpu.in -o requirements/gpu.lock
	MACOSX_DEPLOYMENT_TARGET=14.0 $(COMPILE) --python-platform aarch64-apple-darwin \
		requirements/macos.in -o requirements/macos.lock

clean:
	find results checkpoints -mindepth 1 -maxdepth 1 ! -name README.md ! -name base -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) checkpoints/base
