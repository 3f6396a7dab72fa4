# What you need: make and Python 3.11 or newer. Everything else comes from PyPI into .venv; nothing is compiled
# here but the engine's own kernels, once, by themselves.
#
#   make demo    solve the Shanghai weekday in ten seconds and write its plan and its page to out/
#   make test    run all tests
#   make lint    style, types and the order of the rooms
#   make chaos   three hundred kill -9 of everything that works on jobs, thirty more with the real engine
#   make fuzz    5,000 made-up requests for every call of the service
#   make deadlines   days of 10 to 5,000 tickets through the service, each against its time limit
#   make bench-smoke   twelve public instances, ten seconds each (needs the files, see docs/benchmarks.md)
#   make docs    write schemas and reference pages again from the models
#   make clean   remove what the above has made
#
# PYTHON=python3.12 chooses the interpreter, VENV=... another folder, PIP="uv pip" another installer,
# TESTFLAGS="-n 0 -k solve" other options of pytest.

SHELL := /bin/sh
VENV ?= .venv
TESTFLAGS ?= -n auto --maxprocesses=8
RUN := "$(VENV)/bin/python"
PIP ?= $(RUN) -m pip --disable-pip-version-check

# The newest of the usual names that is new enough and can make virtual environments.
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c '$(SUITABLE)' 2>/dev/null && echo "$$python" && break; done)

.PHONY: help demo test lint docs chaos fuzz deadlines bench-smoke warm clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   make/  make/p' Makefile

demo: $(VENV)/.installed
	@mkdir -p out
	$(RUN) -m dispatch_engine solve scenarios/shanghai-weekday.json --time-limit 10 \
		-o out/shanghai-weekday.plan.json --report out/shanghai-weekday.html
	@echo "Open out/shanghai-weekday.html in a browser."

# The kernels are compiled before the test processes start: otherwise each of them compiles its own.
test: $(VENV)/.installed-dev warm
	$(RUN) -m pytest $(TESTFLAGS)

lint: $(VENV)/.installed-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	"$(VENV)/bin/lint-imports"

docs: $(VENV)/.installed
	$(RUN) -m dispatch_engine.model.schema
	$(RUN) -m dispatch_engine.api.openapi
	$(RUN) -m dispatch_engine.sources.tables.page

chaos: $(VENV)/.installed-dev warm
	$(RUN) tests/api/chaos.py --rounds 300 --seed 1
	$(RUN) tests/api/chaos.py --rounds 30 --seed 2 --engine

fuzz: $(VENV)/.installed-dev
	FUZZ_CASES=5000 $(RUN) -m pytest -q -n 0 tests/api/test_api_fuzz.py

deadlines: $(VENV)/.installed-dev warm
	$(RUN) tests/api/deadlines.py

bench-smoke: $(VENV)/.installed
	@mkdir -p out
	$(RUN) -m benchmarks run smoke -o out/smoke.jsonl --time-limit 10

warm: $(VENV)/.installed
	$(RUN) -m dispatch_engine warmup

clean:
	rm -rf "$(VENV)" out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then \
		echo "No suitable Python was found: install Python 3.11 or newer with its venv module (on Debian and" >&2; \
		echo "Ubuntu: apt-get install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; fi
	@"$(PYTHON)" -c '$(SUITABLE)' || { \
		echo "$(PYTHON) will not do: it must be Python 3.11 or newer with venv and ensurepip" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	@touch "$@"

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@echo "Installing dispatch-engine and what it needs into $(VENV) (a minute or two, once)"
	$(PIP) install --quiet -e .
	@touch "$@"

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the tools for tests and lint into $(VENV)"
	$(PIP) install --quiet -e '.[dev]'
	@touch "$@"
