# Two commands matter: `make run` brings everything up, `make test` proves it. `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PAMOJA := $(BIN)/python -m pamoja.site.cli
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
UV := $(BIN)/uv pip --quiet
# Named after the lock's content, so that nothing is installed twice and nothing new is forgotten.
INSTALLED := $(VENV)/.installed-$(shell cksum requirements.lock | cut -d ' ' -f 1)
# One more than cores: specifications also wait for each other, for the database and for browsers.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
# Every process we start would compile all of its modules anew.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)/src
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.DEFAULT_GOAL := help
.PHONY: run test test-long check bench bench-ledger bench-intake bench-inbound bench-live fresh lock clean help

run: $(INSTALLED)  ## everything on this machine: database, sandbox, worker, web; Ctrl-C stops it
	@exec $(PAMOJA) up

test: $(INSTALLED)  ## every specification, in parallel; `make test T=tests/site` for some
	@$(BIN)/pytest -n $(WORKERS) $(T)

test-long: $(INSTALLED)  ## the same, trying far more: for the night and for releases
	@# 5 is none of a kind among those asked for.
	@PAMOJA_TEST_LONG=1 $(BIN)/pytest -n $(WORKERS) -m "not patient" $(T) || test $$? = 5
	@PAMOJA_TEST_LONG=1 $(BIN)/pytest -m patient $(T) || test $$? = 5

check: $(INSTALLED)  ## formatting, lint, types, import contracts, migrations, house rules
	@$(PAMOJA) check

bench: $(INSTALLED)  ## the figures
	@$(BIN)/python -m bench

bench-ledger: $(INSTALLED)  ## the ledger beside hand-made SQL
	@$(BIN)/python -m bench.ledger $(A)

bench-intake: $(INSTALLED)  ## webhooks kept durably a second, beside the raw limit of the database
	@$(BIN)/python -m bench.intake $(A)

bench-inbound: $(INSTALLED)  ## what people write, kept durably a second, and understood
	@$(BIN)/python -m bench.inbound $(A)

bench-live: $(INSTALLED)  ## 5,000 sockets on one process, and how soon a fifth of them hear of an event
	@$(BIN)/python -m bench.live $(A)

fresh: $(INSTALLED)  ## forget the demo's data; the next `make run` starts over
	@$(PAMOJA) fresh

lock: $(INSTALLED)  ## resolve pyproject.toml anew into requirements.lock
	@$(UV) compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements.lock > /dev/null

clean:  ## remove the environment and all caches; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help:
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# uv is some ten times quicker, but does not read pip's configuration: where only pip knows the way
# to a registry, pip installs. Both check every file against the hashes of the lock.
$(INSTALLED):
	@test -x $(BIN)/python || { echo "Making an environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@sed -n '/^uv==/,/# via/p' requirements.lock > $(VENV)/uv.txt
	@$(PIP) install --require-hashes --no-deps -r $(VENV)/uv.txt
	@echo "Installing the locked packages"
	@$(UV) sync --require-hashes requirements.lock || $(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@rm -f $(VENV)/.installed-*
	@touch $@
