# make demo | test | test-all | test-unit | test-lab | test-nightly | fuzz | benchmark | lint | docs | lock | clean
SHELL := /bin/bash
VENV ?= .venv
PY := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SELFHOST_LAB_DIR ?= $(CURDIR)/.selfhost/lab

.PHONY: demo test test-all test-unit test-lab test-nightly fuzz benchmark lint docs lock clean tools chromium

## provision a container as if it were a VPS, audit it, break it, catch it, mend it
demo: $(VENV)/.ready tools
	@$(PY) -m selfhost.lab.demo

## everything: style and types, unit tier, lab tier
test: lint test-unit test-lab

## the same, and what takes too long for every change
test-all: test test-nightly

test-unit: $(VENV)/.ready chromium
	$(PY) -m pytest -q -n auto --durations 15 -m "not lab" tests

test-lab: $(VENV)/.ready tools chromium
	$(PY) -m pytest -q --durations 15 -m "lab and not nightly" tests

test-nightly: $(VENV)/.ready tools chromium
	$(PY) -m pytest -q --durations 15 -m nightly tests

## every reader on hostile input: guided by coverage, ten minutes each, two at a time; then long rows, a minute each
fuzz: $(VENV)/.ready
	$(PY) -m pip install --quiet --require-hashes --no-deps -r requirements/fuzz.txt
	$(PY) -m tests.fuzz --jobs 2
	$(PY) -m tests.fuzz.rows

## what an audit costs beside others, and how that grows; times of a first and a second apply
benchmark: $(VENV)/.ready tools
	@$(PY) -m tests.benchmarks.audit
	@$(PY) -m tests.benchmarks.apply

lint: $(VENV)/.ready
	ruff check --quiet .
	ruff format --check --quiet .
	mypy
	yamllint --strict .
	cd playbooks && ansible-lint --offline -q

## docs/controls/ from the controls themselves, docs/troubleshooting.md from the doctor's rules
docs: $(VENV)/.ready
	$(PY) -m selfhost dev docs
	$(PY) -m selfhost doctor --list --format markdown > docs/troubleshooting.md

lock: $(VENV)/.ready
	$(PY) requirements/lock.py

## removes the lab's containers, images and caches, and the virtual environment
clean:
	@if [ -x $(PY) ] && [ -d $(SELFHOST_LAB_DIR) ]; then $(PY) -m selfhost lab clean; fi
	rm -rf $(VENV) .selfhost demo dist build .mypy_cache .ruff_cache .pytest_cache .ansible .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@./bootstrap python $(VENV)
	@touch $@

tools:
	@./bootstrap lab

chromium:
	@./bootstrap browser
	@./bootstrap pdf
