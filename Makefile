# The commands of the project: `make demo` shows the shop, `make test` runs the tests, `make check` all checks.
# Needs Python 3.11 or newer and make; everything else goes into .venv.

.DEFAULT_GOAL := help
.PHONY: help demo stack test check lint types imports docs schema package bench bench-peers clean

PORT ?= 8000
ARGS ?=
VENV := .venv
RUN := $(CURDIR)/$(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check

# The MariaDB driver has no wheel and needs a compiler: it is installed only for who names such a database.
MYSQL := $(if $(filter mysql:%,$(DATABASE_URL)),$(VENV)/mysql)

help:
	@echo 'make demo   serve the demo shop on http://localhost:8000 (make demo PORT=8123 on another port)'
	@echo 'make stack  the same on PostgreSQL or MariaDB, Redis, a Celery worker and gunicorn'
	@echo 'make test   run the tests (make test ARGS="-k cart" some of them)'
	@echo 'make check  lint, types, import contracts, tests, docs and package'
	@echo 'make schema writes schema.yml, the OpenAPI file, anew; its diff is part of a review'
	@echo 'make bench  measures what requests cost and writes docs/explanation/benchmarks.md (benchmarks/README.md)'
	@echo 'make clean  remove everything that these commands made'

demo: $(VENV)/demo $(MYSQL)
	@exec $(RUN) example_project/demo.py --port $(PORT)

stack: $(VENV)/demo $(MYSQL)
	@exec $(RUN) example_project/stack.py --port $(PORT)

test: $(VENV)/test $(MYSQL)
	@$(RUN) -m pytest $(ARGS)

check: lint types imports docs package test

lint: $(VENV)/dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(VENV)/dev
	$(RUN) -m mypy

imports: $(VENV)/dev
	$(VENV)/bin/lint-imports

docs: $(VENV)/dev
	$(RUN) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo 'The documentation is in docs/_build/html/index.html.'

schema: $(VENV)/demo
	cd example_project && $(RUN) manage.py spectacular --validate --fail-on-warn --file ../schema.yml

package: $(VENV)/dev
	rm -rf dist
	$(RUN) -m build --outdir dist
	WHEEL="$$(ls dist/*.whl)" $(RUN) -m pytest tests/test_packaging.py

# SIZES="1000 100000" names the shops' sizes, ARGS="--parts doors" what else benchmarks/README.md tells.
bench: $(VENV)/demo
	@PYTHONPATH=. $(RUN) -m benchmarks $(if $(SIZES),--sizes $(SIZES)) $(ARGS)

bench-peers: $(VENV)/demo benchmarks/.venv-peers/made
	@PYTHONPATH=. $(RUN) -m benchmarks.peers $(if $(SIZES),--sizes $(SIZES)) $(ARGS)

clean:
	rm -rf $(VENV) benchmarks/.venv-peers build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf example_project/run example_project/media example_project/db.sqlite3*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each stands for a finished step and is newer than what the step was made from.
$(VENV)/pip:
	@found=; for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'No Python 3.11 or newer with its venv module was found; name one: make PYTHON=/path/to/python3.' >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version) ..."; \
	$$found -m venv --clear $(VENV)
	@$(PIP) --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/demo: pyproject.toml $(VENV)/pip
	@echo 'Installing the shop and its demo (once) ...'
	@$(PIP) --editable '.[full]' --group example
	@touch $@

$(VENV)/test: pyproject.toml $(VENV)/pip
	@echo 'Installing the shop and the tools of its tests (once) ...'
	@$(PIP) --editable '.[full]' --group example --group test
	@touch $@

$(VENV)/dev: pyproject.toml $(VENV)/pip
	@echo 'Installing the shop and the tools of all checks (once) ...'
	@$(PIP) --editable '.[full]' --group dev
	@touch $@

benchmarks/.venv-peers/made: benchmarks/sites/oscar/requirements.txt $(VENV)/pip
	@echo 'Installing the shops to compare with (once) ...'
	@$(RUN) -m venv --clear benchmarks/.venv-peers
	@benchmarks/.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/mysql: pyproject.toml $(VENV)/pip
	@$(PIP) --editable '.[mysql]'
	@touch $@
