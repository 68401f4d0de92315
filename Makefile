# The words of the house: make run | code | test | check | bench | soak | dist | fmt | build | lock | errors
# Every target first says what the machine lacks, before anything is downloaded or installed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
STAMPS := $(VENV)/stamps
ROOM ?=
SCALE ?= 1
NATIVE := CMakeLists.txt pyproject.toml $(wildcard native/*.cpp native/*.hpp native/*.h native/*.txt)
WORDS := $(wildcard src/amparo/web/locale/*/LC_MESSAGES/*.po)

.PHONY: help preflight build run code test check bench soak dist fmt lock errors clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

# Quick once all is there: a shell script, so that it runs on a machine without Python too.
$(VENV)/bin/python: | preflight
	@python="$$(sh tools/preflight.sh --print-python)"; echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV)
	@mkdir -p $(STAMPS)

preflight:
	@sh tools/preflight.sh

$(STAMPS)/main: requirements/build.txt requirements/main.txt | $(VENV)/bin/python
	@echo "Installing what Amparo needs (pinned, checked by hash; some minutes the first time)"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/main.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/main
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(STAMPS)/built: $(NATIVE) $(STAMPS)/main
	@echo "Building the native kernels"
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(STAMPS)/words: $(WORDS) tools/messages.py $(STAMPS)/main
	@$(BIN)/python tools/messages.py compile
	@touch $@

build: $(STAMPS)/built $(STAMPS)/words ## virtual environment, native kernels, message catalogues

run: build ## a demo installation with a worked training case, served on this machine
	@exec $(BIN)/python -m amparo.web.demo

WHO ?= maria
code: ## the current sign-in code of a person of the demo (WHO=maria)
	@$(BIN)/python -m amparo.web.demo code $(WHO)

# In the order of their folders: sorted by size, the journeys (one long test a file) would all stand at the end.
test: build $(STAMPS)/test ## all tests; parts this machine lacks are skipped with their reason
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m "not soak"

check: build $(STAMPS)/test ## lint, format, types, import contracts, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/errors.py --check
	$(BIN)/python tools/commands.py --check
	$(BIN)/python tools/messages.py check

bench: build $(STAMPS)/test ## ours and the named peer, one JSON object a line (ROOM=media, SCALE=0.01)
	@$(BIN)/python -m bench.run $(ROOM) --scale $(SCALE)

soak: build $(STAMPS)/test ## the long tests
	$(BIN)/python -m pytest -m soak -q --timeout=0

dist: build ## one archive that installs without network and compiler, tried in an empty environment
	$(BIN)/python tools/dist.py

fmt: $(STAMPS)/test ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

errors: build ## write the list of errors and of commands in docs/reference
	$(BIN)/python tools/errors.py
	$(BIN)/python tools/commands.py

LOCK := $(BIN)/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-header --strip-extras

lock: $(STAMPS)/test ## pin requirements/*.in again, with hashes
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) requirements/main.in -o requirements/main.txt
	$(LOCK) requirements/test.in -o requirements/test.txt
	$(LOCK) requirements/spark.in -o requirements/spark.txt

clean: ## remove what was built (the demo under var/ stays)
	rm -rf $(VENV) build dist node_modules
