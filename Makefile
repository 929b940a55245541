# `make help` lists the targets; `install`, `demo` and `test` work on a fresh machine with nothing installed by hand.
export NO_MKDOCS_2_WARNING := 1
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help install demo test test-setup check docs shots bench soak lock

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/installed ## .venv with the locked dependencies

.venv/installed: requirements.lock pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: install the package python3."; exit 1; }
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## the sample home: phone and console on this machine; Ctrl-C ends it
	@$(PY) -m bot.cli demo

test-setup: install
	@sh scripts/test-setup

test: test-setup ## all tests
	$(PY) -m pytest -n 2 --dist loadgroup

check: install ## lint, format, types, import rules, migrations, phrases, flows, requirement ids, docs
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m scripts.check
	$(PY) -m mkdocs build --strict --quiet --site-dir site

docs: install ## the docs site, in site/
	$(PY) -m mkdocs build --strict --site-dir site

shots: test-setup ## pictures of every page at 1440 and 390 px, in shots/
	rm -rf shots
	$(PY) -m scripts.shots

bench: install ## benchmarks as ratios, side by side in one run
	$(PY) -m benchmarks.inbound
	$(PY) -m benchmarks.inbound --postgres
	$(PY) -m benchmarks.webs
	$(PY) -m benchmarks.claims

soak: test-setup ## the long proofs; PART=n, SHORT=1
	$(PY) -m benchmarks.soak --part $(or $(PART),1) $(if $(SHORT),--short)

lock: install ## make requirements.lock anew
	$(PY) -m piptools compile --quiet --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --allow-unsafe --no-strip-extras --output-file requirements.lock pyproject.toml
