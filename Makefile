# make demo   the whole story on an embedded chain
# make test   the tests
# make quickstart   docs/quickstart.md, typed as it stands
# make chaos ROUNDS=n   kill nodes, fail endpoints, undo blocks; JSON summary last
# make lint   what CI checks besides
# make build  artifacts and guest again from their sources (needs node and zig)

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
JOBS   ?= 2
ROUNDS ?= 3
SEED   ?= 1

.PHONY: demo test quickstart chaos lint format build clean

demo: $(VENV)/.plumb
	$(BIN)/plumb demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal $(ARGS)

quickstart: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/oracle/test_quickstart.py

chaos: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m chaos.run --rounds $(ROUNDS) --seed $(SEED)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy mips_vm tinynn converters challenge oracle solidity

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(VENV)/.dev
	$(BIN)/python -m solidity.build
	$(BIN)/python -m tinynn.guest.build

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.plumb: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build .pytest_cache .hypothesis .mypy_cache .ruff_cache
