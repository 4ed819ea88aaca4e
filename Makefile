# Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ENGINE ?= docker

.PHONY: help demo test lint format bench fuzz docs allowlist images requirements clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: pyproject.toml
	@echo "making $(VENV) (a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[webhook,test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[webhook,test,lint]'
	@touch $@

demo: $(VENV)/.run ## the whole road on this machine, without a cluster
	@$(BIN)/python -m examples.demo

test: $(VENV)/.run ## all tests; those that need a cluster skip and say so
	$(BIN)/python -m pytest

lint: $(VENV)/.lint ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.lint ## let ruff format and fix what it can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.run ## speed and memory as ratios, against peers and the physical limit
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.run ## the difference tests, a million pickles and 100,000 archives
	$(BIN)/python -m tests.fuzz

docs: $(VENV)/.run ## regenerate docs/rules.md, docs/formats.md, and the chart's CRD, schema, README, dashboards, alerts
	$(BIN)/python -m tools.docs
	$(BIN)/python -m tools.chart
	$(BIN)/python -m tools.dashboards
	$(BIN)/python -m tools.alerts

images: ## build and push both images to REGISTRY by ENGINE (docker), print the chart's values
	@test -n "$(REGISTRY)" || { echo "usage: make --silent images REGISTRY=registry.example.com/security [ENGINE=podman] > images.yaml"; exit 2; }
	$(PYTHON) -m tools.images "$(REGISTRY)" --engine "$(ENGINE)"

requirements: $(VENV)/.run ## lock the images' requirements with hashes, by the base image's Python; UPGRADE=--upgrade
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.5'
	for set in gate webhook; do \
	  $(BIN)/pip-compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-trusted-host \
	    --no-emit-find-links --strip-extras $(UPGRADE) requirements/$$set.in --output-file requirements/$$set.txt || exit; \
	done

allowlist: $(VENV)/.run ## regenerate the import allowlist, below .allowlist: hours, and several GB at a time
	$(BIN)/python -m tools.allowlist --remove .allowlist

clean: ## remove what the targets made
	rm -rf $(VENV) .demo .bench .fuzz build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
