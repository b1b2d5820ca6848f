# Every command of the project. Works with GNU make on Linux and with the old make of macOS.
# The environment .venv is made once and again whenever a file of requirements is newer than its stamp.
.POSIX:
.PHONY: help install run test check bench fuzz fuzz-api search-report lock sbom audit migration clean

HOST = 127.0.0.1
PORT = 8000
ARGS =
PROCESSES = auto
COUNT = 10000
SEED = 0
FILES =
FUZZ = 200
SBOM = sbom.json
WHAT = what changes
PYTHON =
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Not every pip writes bytecode (never under PYTHONDONTWRITEBYTECODE), and without it every start takes two seconds more.
COMPILE = $(BIN)/python -m compileall -q -q -j 0 .venv/lib portal catalog ingest search || true
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /: /' | awk -F': ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

install: .venv/installed ## make .venv and install what the portal needs

run: .venv/installed ## install, migrate, load the demonstration data and serve on HOST (127.0.0.1) and PORT (8000)
	@exec $(BIN)/python -m portal serve --demo --host $(HOST) --port $(PORT)

test: .venv/installed-dev ## run every test that this machine allows (ARGS="-k words" chooses; PROCESSES=0 for one), say what was left out
	@$(BIN)/python -m pytest -n $(PROCESSES) --maxprocesses 4 --cov --cov-report=term $(ARGS)

fuzz-api: .venv/installed-dev ## many made-up requests, right and wrong, against the API's own documents (FUZZ=200 of each operation)
	@FUZZ_EXAMPLES=$(FUZZ) $(BIN)/python -m pytest tests/portal/test_fuzz.py tests/e2e/test_fuzz_served.py $(ARGS)

check: .venv/installed-dev ## lint, formatting, types and the contracts of who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/installed-dev ## run the benchmarks and print their figures
	@for file in bench/[a-z]*.py; do $(BIN)/python -m bench.$$(basename $$file .py) $(ARGS) || exit 1; done

fuzz: .venv/installed-dev ## take in COUNT (10000) mutants of table files, those in FILES too, from SEED (0) on; print each that ends badly
	@$(BIN)/python -m tests.ingest.mutations --seed $(SEED) $(COUNT) $(FILES)

search-report: .venv/installed-dev ## print how well datasets are found, by kind of query (ARGS="--elasticsearch URL" for that engine too)
	@$(BIN)/python -m bench.quality $(ARGS)

lock: .venv/installed-dev ## pin every version again, from requirements.in and requirements-dev.in (ARGS=--upgrade for newer ones)
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) requirements-dev.in -o requirements-dev.txt

sbom: .venv/installed-dev ## write what the portal is made of to SBOM (sbom.json), as CycloneDX
	@$(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.txt \
	    --output-reproducible --output-format JSON --output-file $(SBOM)

audit: .venv/installed-dev ## ask a public vulnerability service about every pinned version; fails where it cannot be asked
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --no-deps --disable-pip --requirement requirements.txt $(ARGS)

migration: .venv/installed ## draft the next migration from the models (WHAT="what changes")
	@$(BIN)/python -m portal.migrate "$(WHAT)"

clean: ## remove .venv and every cache; the data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python of 3.11 or newer that can make environments: PYTHON if given, else the first that is found.
.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  old=yes; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "Making .venv with $$python"; \
	  "$$python" -m venv --clear .venv && exit 0; \
	done; \
	if [ "$$old" = yes ]; then \
	  echo "Python is here, but cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	else \
	  echo "Python 3.11 or newer is needed. On Debian and Ubuntu: apt-get install python3 python3-venv" >&2; \
	fi; \
	exit 1

.venv/installed: .venv/bin/python requirements.txt
	@echo "Installing requirements.txt"
	@$(PIP) -r requirements.txt
	@$(COMPILE)
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "Installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@$(COMPILE)
	@touch $@
