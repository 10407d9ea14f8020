# `make up` shows Clew with its demo collection, `make test` proves that it works. Both install what is missing.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.PHONY: up setup setup-test test check bench jars

# uv from the PATH, else one of our own in .tools (Debian's Python takes no packages outside of a venv)
UV := $(or $(shell command -v uv),.tools/bin/uv)
RUN := $(UV) run --locked

# Looks for each thing that is needed, installs the packages of those that lack, or says how.
define PACKAGES
missing=()
need() { local package=$$1; shift; "$$@" >/dev/null 2>&1 || missing+=($$package); }
need g++ command -v g++
need pkg-config command -v pkg-config
need libicu-dev pkg-config --exists icu-i18n
need python3 command -v python3
need python3-dev python3 -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")'
need tesseract-ocr command -v tesseract
need tesseract-ocr-eng eval 'tesseract --list-langs | grep -x eng'
command -v uv >/dev/null || need python3-venv python3 -c 'import ensurepip, venv'
endef

define INSTALL
if [ $${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! "$${as_root[@]}" true 2>/dev/null; then
    echo "Some packages are missing. Run this line, then make again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $${missing[*]}" >&2
    exit 1
  fi
  "$${as_root[@]}" apt-get update
  "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$${missing[@]}"
fi
if ! command -v "$(UV)" >/dev/null; then
  python3 -m venv .tools
  .tools/bin/python -m pip install --quiet --disable-pip-version-check uv
fi
$(UV) sync --locked
endef

up: setup
	@exec $(RUN) clew up --demo

setup:
	@$(PACKAGES)
	$(INSTALL)

setup-test:
	@$(PACKAGES)
	need chromium eval 'command -v chromium || command -v chromium-browser || command -v google-chrome'
	$(INSTALL)

test: setup-test
	@exec $(RUN) pytest

check: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

bench: setup
	for name in start load path search page; do
	  echo "== $$name"
	  $(RUN) python tests/bench/$$name.py
	done

# after a change of Neo4j's version in engine/graph/jar.py
jars: setup
	$(RUN) python -m engine.graph.jar
