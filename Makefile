# Synesthete: the two commands a newcomer needs are `make run` and `make test`.
#   make run [MUSIC=~/Music]   install, analyze, show one recommendation, serve http://127.0.0.1:8000
#   make test                  every test, the web app and a real browser included
#   make setup                 the virtual environment .venv with the program in it, nothing else
#   make lint | bench | screenshots | clean
# PYTHON=python3.12 picks another interpreter; DATA=DIR keeps the data elsewhere; PORT=8001 serves elsewhere.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
PORT ?= 8000
DEMO := .data/demo
STAMPS := $(VENV)/.stamps
WEBAPP := $(shell find webapp -path webapp/node_modules -prune -o -type f -print 2>/dev/null)

ifeq ($(MUSIC),)
# Without a folder of music there is the demo library, kept apart from yours.
RUN_DATA := $(if $(DATA),$(DATA),.data/demo-library)
RUN_MUSIC := $(DEMO)
else
RUN_DATA := $(DATA)
RUN_MUSIC := $(MUSIC)
endif
SYNESTHETE := $(if $(RUN_DATA),SYNESTHETE_DATA="$(RUN_DATA)") $(BIN)/synesthete

.PHONY: run setup test lint bench screenshots clean web

run: setup
	@[ -n "$(MUSIC)" ] || [ -e "$(DEMO)/.complete" ] || { $(BIN)/synesthete demo "$(DEMO)" && touch "$(DEMO)/.complete"; }
	@$(SYNESTHETE) add "$(RUN_MUSIC)" --quick; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]
	@$(SYNESTHETE) similar -n 5
	@$(SYNESTHETE) serve --port $(PORT) --analyze

setup: $(STAMPS)/program

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Synesthete needs Python 3.11, 3.12 or 3.13; set PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)

$(STAMPS)/program: $(VENV)/bin/python pyproject.toml $(WEBAPP)
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@[ -e src/synesthete/web/static/index.html ] || echo "The web app could not be built (python webapp/build.py says why); a plain page is served."
	@touch $@

$(STAMPS)/dev: $(STAMPS)/program
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

test: $(STAMPS)/dev
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: $(STAMPS)/dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(STAMPS)/dev
	$(BIN)/python -m benchmarks

screenshots: $(STAMPS)/dev
	$(BIN)/python tests/browser/screenshots.py screenshots

clean:
	rm -rf $(VENV) .data build dist screenshots
