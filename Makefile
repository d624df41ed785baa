# Every target installs what it needs, and again when pyproject.toml or constraints.txt change. All
# targets share one virtual environment: `make demo` installs what runs a study, and the first
# target that needs more adds the developers' tools.
PYTHON    ?= python3
INSTALLER ?= uv
STUDY     ?= studies/hcp_sample.yaml
VENV      := .venv
BIN       := $(VENV)/bin

export ATTNCONN_STUDY := $(abspath $(STUDY))
export MLFLOW_DISABLE_TELEMETRY := true
export MLFLOW_ALLOW_PICKLE_DESERIALIZATION := false

.DEFAULT_GOAL := help
.PHONY: help setup sample demo dev test coverage test-studies fuzz test-peers bench bench-forecast bench-identification bench-methods bench-directions bench-reliability bench-truth bench-platform bench-gpu lint lists docs format clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "STUDY=studies/simulated.yaml chooses another study (now: $(STUDY))."

# The scripts of an environment name its folder, so an environment that was copied or moved with the
# checkout is made anew.
ifneq ($(wildcard $(BIN)/pip),)
ifeq ($(shell head -n 2 $(BIN)/pip | grep -F "$(CURDIR)/$(VENV)/"),)
$(info $(VENV) was made for another folder: it is made anew)
$(shell rm -f $(VENV)/.platform $(VENV)/.tools $(BIN)/pip)
endif
endif

setup: $(VENV)/.tools  ## Create .venv with attnconn and the developers' tools

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "attnconn needs Python 3.11 or later; got " + sys.version)'
	@echo "Creating $(VENV) (some seconds)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.platform: EXTRAS := platform
$(VENV)/.platform: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Installing attnconn, torch, Dagster and MLflow into $(VENV): 2 GB, or some GB more where torch brings CUDA."
	@echo "On a fast connection uv takes about a minute, pip four."
	$(install)
	@touch $@

$(VENV)/.tools: EXTRAS := dev
$(VENV)/.tools: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Installing attnconn and the developers' tools into $(VENV): 2.3 GB, or some GB more where torch brings CUDA."
	@echo "On a fast connection uv takes about a minute, pip five."
	$(install)
	@touch $@ $(VENV)/.platform

# uv takes a tenth of pip's time. It does not read pip's settings, so the package index is passed
# on. If uv cannot be installed, or cannot download a package, pip installs everything.
pip_setting = $$($(BIN)/pip config list | sed -n "s/^.*\.$(1)='\(.*\)'$$/\1/p" | head -n 1)
define install
@if ! { [ "$(INSTALLER)" = uv ] && $(BIN)/pip install --quiet --constraint constraints.txt uv && \
	UV_FIND_LINKS="$(call pip_setting,find-links)" UV_DEFAULT_INDEX="$(call pip_setting,index-url)" \
	$(BIN)/uv pip install --python $(BIN)/python --constraint constraints.txt --editable '.[$(EXTRAS)]'; }; \
then $(BIN)/pip install --constraint constraints.txt --editable '.[$(EXTRAS)]'; fi
endef

sample: $(VENV)/.platform  ## Fetch the sample data (8 MB) into .sample/
	@$(BIN)/python -c 'from pathlib import Path; from attnconn_core.sources import HcpSample; print(HcpSample(Path(".sample")).fetch())'

# A variable, because a comma in the call of a function ends its argument.
how_long := Fetching 8 MB, training and scoring take about 3 minutes on two idle cores.

demo: $(VENV)/.platform  ## Fetch the sample, make all results, print the scores
	@$(if $(filter %/hcp_sample.yaml,$(STUDY)),echo "$(how_long)")
	@$(BIN)/attnconn run

dev: $(VENV)/.platform  ## Open Dagster (127.0.0.1:3000) and MLflow (127.0.0.1:5000); Ctrl-C ends both
	@$(BIN)/attnconn dev

# One process per core, each with one thread, because threads on the same core wait for each other.
# Files are distributed in the order of `testpaths`. Otherwise the files with few tests would come
# last, and these are the slowest.
test: setup lint  ## Lint, type-check and run every test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

coverage: setup  ## Run the core's tests, and fail where they leave too many of its lines out (minutes)
	@mkdir -p .test-output
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest tests/core --cov --cov-report term --numprocesses auto --maxprocesses 4 --dist loadfile

test-studies: setup sample  ## Run a small form of every study, and after `make demo` the tutorial (minutes)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m studies --numprocesses auto --maxprocesses 4 tests/assets/study tests/test_tutorial.py

fuzz: setup  ## Read randomly damaged files, more than in `make test` (EXAMPLES=2000 per reader)
	FUZZ_EXAMPLES=$(or $(EXAMPLES),2000) $(BIN)/pytest tests/bad_inputs/test_fuzz.py tests/bad_inputs/test_fuzz_bids.py --numprocesses auto

test-peers: EXTRAS := dev,peers
test-peers: setup  ## Install the extra (tigramite, lingam; GPL-3 code) and test its methods
	$(install)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest tests/core/connectivity/peers

bench: setup  ## Time attnconn against plain code; run the original study's simulation
	$(BIN)/python -m benchmarks --write
	$(BIN)/python -m benchmarks.synthetic --write

bench-forecast: sample  ## Forecast the sample with every linear forecaster and preset
	$(BIN)/python -m benchmarks.forecast --write

bench-reliability: sample  ## Train with two seeds: does attention depend on the seed or on the scan?
	$(BIN)/python -m benchmarks.reliability --write

bench-identification: sample  ## Identify the sample's subjects by every method from short scans
	$(BIN)/python -m benchmarks.identification --write

bench-methods: sample  ## Measure every method's cost and test-retest agreement (PEERS=1: other libraries' too)
	$(BIN)/python -m benchmarks.methods --write
	$(if $(PEERS),$(BIN)/python -m benchmarks.methods --peers --write)

bench-directions: sample  ## Count the sample's significant directions; test whether a second scan repeats them
	$(BIN)/python -m benchmarks.sample_directions --write

bench-truth: setup  ## Score every method on known networks (DATA=folder)
	@test -d "$(DATA)/netsim" -a -d "$(DATA)/sanchez_romero" || { echo "'$(DATA)' must hold netsim/ and sanchez_romero/: make bench-truth DATA=<folder that holds both>; benchmarks/README.md says what they are"; exit 1; }
	$(BIN)/python -m benchmarks.truth --write $(if $(METHODS),--methods $(METHODS)) $(DATA)
	$(if $(METHODS),,$(BIN)/python -m benchmarks.truth_directions --write $(DATA))

bench-platform: setup  ## Run a study of 1,100 sessions on the servers, and measure times and memory
	$(BIN)/python -m benchmarks.platform --write

bench-gpu: setup  ## Compare one GPU with the CPU and with plain code
	$(BIN)/python -m benchmarks.gpu --write

lint: setup  ## Lint, check types, import order and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

lists: setup  ## Write derived lists: methods, study keys, bad inputs, and what makes what stale
	$(BIN)/python -c 'from pathlib import Path; from attnconn_core.connectivity.method_table import methods_page; Path("docs/methods.md").write_text(methods_page(), encoding="utf-8")'
	$(BIN)/python docs/study_keys.py
	$(BIN)/python -m tests.assets.test_staleness
	$(BIN)/python -m tests.bad_inputs.page

docs: EXTRAS := dev,docs
docs: setup  ## Build the documentation site in docs/_build; warnings are errors
	$(install)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html docs docs/_build
	@echo "docs/_build/index.html"

format: setup  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: $(VENV)/.platform  ## Remove all results of STUDY (ALL=1: of every study); asks first (YES=1: does not)
	@$(BIN)/attnconn clean $(if $(ALL),--all) $(if $(YES),--yes)
