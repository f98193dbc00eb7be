# Only python3 (3.11 or later) and make are needed; everything else is installed in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGING := pyproject.toml hatch_build.py $(wildcard defense_console/words/locales/*/LC_MESSAGES/*.po)

.PHONY: help run school test check suite demo-reset keys pictures bench torture mutants
.DELETE_ON_ERROR:
# Without it, every console that a test starts compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make run         open the console on the demo cohort (.demo/, filled when empty)"
	@echo "make school      open a demo school of two mentors on a temporary database (needs PostgreSQL, or installs a package of it)"
	@echo "make test        checks and the whole test suite"
	@echo "make check       formatting, types and layers only"
	@echo "make demo-reset  throw the demo cohort away and fill it again"
	@echo "make bench       measure the console next to its floors and peers, write docs/performance.md (QUICK=1: three minutes; ONLY=rubric: some rows)"
	@echo "make torture     kills, faults, power cuts, damage: what is lost (10 minutes; LONG=1: half an hour)"
	@echo "make mutants     change the code by machine, see which changes no test notices (ONLY='defense_console.store.unsaved.spool*')"
	@echo "make keys        write the key tables of docs/keys.md, after a change of the command table"
	@echo "make pictures    redraw the pictures of the screens"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Installed again only when what the installation depends on has changed.
$(VENV)/.run: $(PACKAGING) | $(BIN)/python
	@echo "Installing into $(VENV); the first time it takes a minute."
	$(BIN)/python -m pip install --quiet --editable '.[documents]'
	@touch $@

$(VENV)/.test: $(PACKAGING) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.mutants: $(PACKAGING) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[mutants]'
	@touch $@ $(VENV)/.test $(VENV)/.run

run: $(VENV)/.run
	@$(BIN)/defense-console demo --store .demo

demo-reset: $(VENV)/.run
	rm -rf .demo
	@$(BIN)/defense-console demo --store .demo --fill

school: $(VENV)/.test
	@$(BIN)/python -m tests.demo_school --have-server || $(BIN)/python -m pip install --quiet --editable '.[server]'
	@$(BIN)/python -m tests.demo_school

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Both at once: the types are checked on one core while the tests of a console wait.
test: $(VENV)/.test
	@$(MAKE) --no-print-directory --jobs 2 check suite

suite: $(VENV)/.test
	$(BIN)/pytest -n auto --dist loadgroup

keys: $(VENV)/.run
	@$(BIN)/python -m tests.key_tables

pictures: $(VENV)/.test
	$(BIN)/pytest -m snapshot --snapshot-update

bench: $(VENV)/.test
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)') $(if $(QUICK)$(ONLY),,--write)

torture: $(VENV)/.test
	@LONG=$(LONG) $(BIN)/python -m torture
	EXAMPLES_TIMES=10 $(BIN)/pytest -q -n auto -m hypothesis

mutants: $(VENV)/.mutants
	@$(BIN)/mutmut run $(if $(ONLY),'$(ONLY)')
