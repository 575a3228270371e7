# make demo and make test need nothing but Python 3.11 or newer and make.
#
#   make demo PYTHON=python3.12      another Python
#   make test ARGS="-k wheel -x"     anything more for pytest

PYTHON ?= python3
VENV ?= .venv
JOBS ?= auto
ARGS ?=

IN := $(VENV)/bin
# A stamp says which extra was installed by which Python: nothing is installed twice
# (dev holds all of screens).
STAMP := $(VENV)/.installed-by-$(subst /,_,$(PYTHON))

.PHONY: help demo test check format-check lint types docs soak bench test-pythons test-oldest format clean
.DEFAULT_GOAL := help

help:
	@echo "make demo           watch three chefs and two eaters at one queue"
	@echo "make test           run the tests"
	@echo "make check          format, lint, types, docs, tests: what a change must pass"
	@echo "make soak           the tests with large counts (minutes)"
	@echo "make test-pythons   the tests on every CPython 3.11 to 3.14 found here"
	@echo "make test-oldest    the tests with the oldest Typer and Rich that are allowed"
	@echo "make bench          what recording and scheduling cost"
	@echo "make format         lay the code out"
	@echo "make clean          remove what make made"

demo: $(STAMP)-screens
	$(IN)/pyqdemo chefs --producers 3 --consumers 2

test: $(STAMP)-dev
	$(IN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

# The tests stand last, so that their summary is what one sees last.
check: format-check lint types docs test

format-check: $(STAMP)-dev
	$(IN)/python -m ruff format --check .

lint: $(STAMP)-dev
	$(IN)/python -m ruff check .

types: $(STAMP)-dev
	$(IN)/python -m mypy

docs: $(STAMP)-dev
	$(IN)/python tools/check_docs.py

soak: $(STAMP)-dev
	PYQDEMO_SOAK=1 $(IN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

bench: $(STAMP)-dev
	@for file in benchmarks/*.py; do echo "$$file"; $(IN)/python "$$file" || exit 1; done

test-pythons:
	@$(PYTHON) tools/each_python.py

test-oldest:
	PIP_CONSTRAINT=tools/oldest.txt $(MAKE) test VENV=.venv-oldest

format: $(STAMP)-dev
	$(IN)/python -m ruff format .
	$(IN)/python -m ruff check --fix .

clean:
	rm -rf .venv .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP)-screens $(STAMP)-dev: $(STAMP)-%: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "pyqdemo needs Python 3.11 or newer, and there is no $(PYTHON) here. Name yours: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) tools/venv.py $(VENV)
	$(IN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@ $(if $(filter dev,$*),$(STAMP)-screens)
