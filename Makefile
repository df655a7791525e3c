# Everything here works from a fresh clone; each command prepares what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup chat bot test check bench eval docs clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Prepare .venv with everything the coach needs

chat: $(READY)  ## Talk with the coach
	$(BIN)/career-coach chat

bot: $(READY)  ## Bring the coach into Discord; needs DISCORD_TOKEN
	$(BIN)/career-coach bot

# Each process of the tests holds a coach of its own, about 2 GB.
PROCESSES ?= 2

test: $(READY)  ## Run the tests
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile

check: $(READY)  ## Lint, format, types and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive bot knowledge retrieval
	$(BIN)/python -m tests.audit

bench: $(READY)  ## Measure what answering and refreshing cost, and what many people at once get
	$(BIN)/python -m tests.benchmarks.cost
	$(BIN)/python -m tests.benchmarks.load

eval: $(READY)  ## Measure how good the answers are
	$(BIN)/career-coach eval

docs: $(READY)  ## Make the README's pictures and example output anew; one of them needs Chromium
	$(BIN)/python docs/make_pictures.py
	$(BIN)/python -m docs.make_discord_picture
	$(BIN)/python docs/make_examples.py

clean:  ## Remove .venv and what tools leave behind; the data folder stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Career Coach needs Python 3.11 or newer, and $(PYTHON) is not. Name another: make setup PYTHON=python3.12" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -c constraints.txt -e ".[dev]"
	@touch $@
