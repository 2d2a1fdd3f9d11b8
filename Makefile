# Continuous integration, commit hooks and people call these same recipes.

UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
LOCKED := pyproject.toml uv.lock

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint types contracts conformance bench bench-records bench-lake bench-large soak fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

run: .venv/.runtime ## start the record store: LRS_HOST, LRS_PORT, LRS_DATA_DIR, LRS_DATABASE_URL
	$(BIN)/lrs run

test: lint types contracts ## check everything: lint, types, contracts, tests on both databases
	$(BIN)/pytest -n 2 --dist worksteal

lint: .venv/.dev ## check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.dev ## check types, strictly
	$(BIN)/mypy

contracts: .venv/.dev ## check which room imports which
	$(BIN)/lint-imports

conformance: .venv/.dev ## run the ADL conformance suite: SUITE=<checkout> OPTIONS=--help
	$(if $(SUITE),,$(error which SUITE=<checkout>?))
	$(BIN)/python -m tests.conformance.suite --suite $(SUITE) $(OPTIONS)

bench: .venv/.dev ## measure the store at a million statements, in a quarter of an hour: OPTIONS=--help
	$(BIN)/python -m tests.benchmarks $(OPTIONS)

bench-records: .venv/.dev ## measure learning records, the fold and the queries: FOLD_OPTIONS=--help
	$(BIN)/python -m tests.benchmarks.fold $(FOLD_OPTIONS)
	$(BIN)/python -m tests.records.measure

bench-lake: .venv/.dev ## measure the lake, export and reports: LAKE_OPTIONS, REPORT_OPTIONS=--help
	$(BIN)/python -m tests.benchmarks.lake $(LAKE_OPTIONS)
	$(BIN)/python -m tests.benchmarks.reports $(REPORT_OPTIONS)

bench-large: .venv/.dev ## measure store and reports at ten million statements, within three hours
	$(BIN)/python -m tests.benchmarks --size 10000000 $(OPTIONS)
	$(BIN)/python -m tests.benchmarks.reports --size 10000000 $(REPORT_OPTIONS)

soak: .venv/.dev ## kill servers and folds, again and again, for long: KILLS=<per deployment> FOLDS=<runs>
	LRS_TEST_KILLS=$(or $(KILLS),200) $(BIN)/pytest tests/faults/test_kill.py
	LRS_TEST_FOLDS=$(or $(FOLDS),1000) LRS_TEST_FOLD_STEPS=60 $(BIN)/pytest tests/projections/test_machine.py

fuzz: .venv/.dev ## send hostile requests for as long as asked: SECONDS=3600 OPTIONS=--help
	$(BIN)/python -m tests.hostile.fuzz --seconds $(or $(SECONDS),60) $(OPTIONS)

clean: ## remove what make built (never the store)
	rm -rf .venv .uv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps are written last. A build that was broken off leaves .uv/building
# behind, and the next one starts afresh: half a package looks installed to uv.
# Runtime packages are added to what is there, so that `run` never takes away
# what `test` needs.
.venv/.runtime: $(LOCKED) | .uv/bin/uv
	$(call sync,--no-dev --inexact)
	@touch $@

.venv/.dev: $(LOCKED) | .uv/bin/uv
	$(call sync,)
	@touch .venv/.runtime $@

define sync
@test ! -e .uv/building || rm -rf .venv
@touch .uv/building
.uv/bin/uv sync --frozen $(1)
@rm .uv/building
endef

.venv/%: export UV_PROJECT_ENVIRONMENT := .venv
.venv/%: export UV_PYTHON_DOWNLOADS := never
.venv/%: export PIP_ROOT_USER_ACTION := ignore

# What the system trusts (it knows a company's proxy); uv's own list is for a system without.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
.venv/%: export UV_SYSTEM_CERTS := 1
endif

# An account without a home (a container's, say) keeps its downloads here.
ifneq ($(shell test -w "$$HOME" || echo homeless),)
.venv/%: export HOME := $(CURDIR)/.uv
endif

# uv as PATH has it, if it can read the lock (a shim may not run, an old one not know it),
# else the pinned one from pip.
.uv/bin/uv:
	@mkdir -p $(@D)
	@if uv export --frozen --quiet >/dev/null 2>&1; then \
		ln -sf "$$(command -v uv)" $@; \
	elif $(PYTHON) -c 'import pip' 2>/dev/null; then \
		$(PYTHON) -m pip install --quiet --upgrade --target .uv/pip uv==$(UV_VERSION) \
			&& ln -sf ../pip/bin/uv $@; \
	elif $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv .uv/venv && .uv/venv/bin/pip install --quiet uv==$(UV_VERSION) \
			&& ln -sf ../venv/bin/uv $@; \
	else echo "$(PYTHON) has neither pip nor venv: apt install python3-venv" >&2; exit 1; fi
