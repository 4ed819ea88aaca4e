# Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test lint format bench fuzz docs allowlist clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

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

fuzz: $(VENV)/.run ## the difference test, a million cases
	$(BIN)/python -m tests.fuzz

docs: $(VENV)/.run ## regenerate docs/rules.md, docs/formats.md, and the chart's dashboards and alerts
	$(BIN)/python -m tools.docs
	$(BIN)/python -m tools.chart
	$(BIN)/python -m tools.dashboards
	$(BIN)/python -m tools.alerts

allowlist: $(VENV)/.run ## regenerate the import allowlist: hours, and 40 GB below .allowlist
	$(BIN)/python -m tools.allowlist .allowlist

clean: ## remove what the targets made
	rm -rf $(VENV) .demo .bench .fuzz build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
