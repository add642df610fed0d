# make demo   runs the main job on a made-up city        make test   runs all checks
# Each target does its own set-up: a virtual environment in .venv, from python3 >= 3.11. PYTHON=/path chooses another.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
STAMP := .venv/.stamp
DEV := .venv/.stamp-dev
SOURCES := pyproject.toml build_locale.py $(wildcard src/chainmend/locale/*/*.po)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
export PYTHON

.PHONY: help demo test lint bench docs clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(STAMP) ## run the main job on a made-up city: data, scan, mend-list, the next scan, the desk
	$(BIN)/chainmend demo $(DEMO)

test: lint ## lint, then every test
	@.ci/packages
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

lint: $(DEV) ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## measure speed and memory of a scan; writes benchmarks/results/
	$(BIN)/python benchmarks/scan.py $(BENCH)

docs: $(DEV) ## generate the rule and setting pages and build the site in site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean: ## remove the virtual environment and what the tools left behind
	rm -rf .venv site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps are older than their sources after a pull that changes dependencies or translations.
$(STAMP): $(SOURCES)
	@.ci/venv .venv
	@echo "installing chainmend into .venv"
	@$(PIP) --editable '.[desk]'
	@touch $@

$(DEV): $(SOURCES)
	@.ci/venv .venv
	@echo "installing chainmend and the tools of its tests into .venv"
	@$(PIP) --editable '.[dev]'
	@touch $@ $(STAMP)
