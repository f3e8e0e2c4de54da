# The one place that knows the commands. `make` alone explains them.

VENV   := .venv
PYTHON := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
ARGS   ?=
# Each worker starts a Postgres and a Valkey of its own.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Without bytecode every process that starts would compile Wandr and its tests anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: fuzz help setup run flask test check bench prove clients clean

help:  ## Explain the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Install everything into .venv (the others do it when needed)

run: $(STAMP)  ## Bring Wandr up on http://localhost:8000, with Postgres, Valkey and demo data
	@$(PYTHON) -m wandr.launcher $(ARGS)

flask: $(STAMP)  ## A flask command inside a running `make run` (ARGS=mailbox)
	@$(PYTHON) -m wandr.launcher.inside flask $(ARGS)

test: $(STAMP)  ## Run the tests (ARGS="-k name" chooses)
	@$(PYTHON) -m pytest $(PARALLEL) $(ARGS)

check: $(STAMP)  ## Format, lint, types, then the tests
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m pytest $(PARALLEL) $(ARGS)

bench: $(STAMP)  ## Measure it under load
	@$(PYTHON) -m tests.bench $(ARGS)

fuzz: $(STAMP)  ## Try hostile input for nine minutes (needs schemathesis 4 on PATH)
	@$(PYTHON) -m tests.fuzz

prove: $(STAMP)  ## Kill, freeze and cut what people edit and ask through, for a quarter of an hour (ARGS=network)
	@$(PYTHON) -m tests.prove $(ARGS)

clients: $(STAMP)  ## Use generated clients and the official Socket.IO client; look at /docs in a browser
	@$(PYTHON) -m tests.contract.clients
	@$(PYTHON) -m tests.contract.docs_page

clean:  ## Remove .venv and caches; what `make run` stored stays
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on PATH is not yet a Python (version managers leave stubs), so each is asked.
$(STAMP): requirements.txt requirements-data.txt requirements-dev.txt
	@for python in python3.13 python3.12 python3.11 python3 python3.14; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Wandr needs Python 3.11 or newer, and found none on PATH." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found cannot make a venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	fi; \
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Making .venv with $$found"; $$found -m venv --clear $(VENV) || exit 1; \
	fi
	@echo "Installing what requirements-dev.txt names (a minute or two, once)"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
