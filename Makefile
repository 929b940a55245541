# `make help` lists the targets; `install`, `demo` and `test` work on a fresh machine with nothing installed by hand.
export NO_MKDOCS_2_WARNING := 1
# The system's own Python first: what was tried is what runs. Another one from 3.11 on: make install PYTHON=python3.13
PYTHON := $(firstword $(foreach one,/usr/bin/python3 python3,$(shell $(one) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(one))))
PY := .venv/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check install
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --extra build --extra reader
.DEFAULT_GOAL := help
.PHONY: help install demo developers test coverage test-fast test-setup check docs shots bench soak lock understanding

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/installed ## .venv with what the service needs, locked

.venv/installed: requirements.lock pyproject.toml
	@sh scripts/make-venv "$(PYTHON)"
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## the sample home: phone and console on this machine; Ctrl-C ends it
	@$(PY) -m bot.cli demo

developers: .venv/developers ## .venv with what tests and checks need as well

.venv/developers: requirements-dev.lock .venv/installed
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

test-setup: developers
	@sh scripts/test-setup

test: test-setup ## all tests; of stories in a browser and of twins on PostgreSQL the part of the day
	$(PY) -m scripts.steady 4 --in-turns

coverage: test-setup ## all tests with all stories on both engines, and how much of the rules they reach
	$(PY) -m scripts.steady 3 --cov
	$(PY) -m scripts.coverage

test-fast: test-setup ## the tests without stories and PostgreSQL, in a minute
	$(PY) -m pytest -n 2 --fast

check: developers ## lint, format, types, import rules, migrations, phrases, flows, requirement ids, locks, docs
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint console/templates pages/templates --lint --profile=jinja
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m scripts.check
	$(PY) -m mkdocs build --strict --quiet --site-dir site

docs: developers ## the docs site, in site/
	$(PY) -m mkdocs build --strict --site-dir site

shots: test-setup ## pictures of every page at 1440 and 390 px, in shots/; DOCS=1 renews those of the docs
	rm -rf shots
	$(PY) -m scripts.shots $(if $(DOCS),--docs)

bench: developers ## benchmarks as ratios, side by side in one run
	$(PY) -m benchmarks.inbound
	$(PY) -m benchmarks.inbound --postgres
	$(PY) -m benchmarks.webs
	$(PY) -m benchmarks.claims

understanding: developers ## trains the reading of messages anew from its data, and prints every figure (some minutes)
	$(PY) -m training $(ARGS)

soak: test-setup ## the long proofs; PART=n, SHORT=1
	$(PY) -m benchmarks.soak --part $(or $(PART),1) $(if $(SHORT),--short)

lock: developers ## both locks anew, for every Python from 3.11 on
	$(LOCK) --upgrade --output-file requirements.lock pyproject.toml
	$(LOCK) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
