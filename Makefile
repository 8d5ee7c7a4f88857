# The two commands of a fresh clone are `make demo` and `make test`; both set up what they need.
PY := .venv/bin/python

.PHONY: help setup demo test lint format bench bench-extraction scrapyd deploy clean

help:
	@echo "make demo     crawl five replica sites on this machine and show what came of it"
	@echo "make test     the test suite"
	@echo "make lint     ruff, ruff format, mypy --strict"
	@echo "make bench    the figures of the README, measured"
	@echo "make bench-extraction  extraction beside its peers, which it installs into .venv-peers"
	@echo "make scrapyd  start scrapyd on the loopback interface"
	@echo "make deploy   build the egg and add it to that scrapyd"

setup:
	@scripts/setup.sh

demo: setup
	@$(PY) -m crawler.demo

test: setup
	@$(PY) -m pytest -n 2 --dist loadfile

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: setup
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup
	@$(PY) -m benchmarks

# Apart from .venv: newspaper4k wants an older python-dateutil than constraints.txt pins.
.venv-peers/.done: pyproject.toml constraints.txt | setup
	@$(PY) -m venv --clear .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --upgrade 'pip>=24'
	@grep -v '^python-dateutil==' constraints.txt > .venv-peers/constraints.txt
	@.venv-peers/bin/python -m pip install --quiet -c .venv-peers/constraints.txt -e '.[dev,peers]'
	@touch $@

bench-extraction: .venv-peers/.done
	@.venv-peers/bin/python -m benchmarks extraction

scrapyd: setup
	@$(PY) -m crawler.deploy serve

deploy: setup
	@$(PY) -m crawler.deploy deploy

clean:
	rm -rf .venv .venv-peers build dist *.egg-info
