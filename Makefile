# The two commands of a fresh clone are `make demo` and `make test`; both set up what they need.
PY := .venv/bin/python

.PHONY: help setup demo test lint format bench scrapyd deploy clean

help:
	@echo "make demo     crawl five replica sites on this machine and show what came of it"
	@echo "make test     the test suite"
	@echo "make lint     ruff, ruff format, mypy --strict"
	@echo "make bench    the figures of the README, measured"
	@echo "make scrapyd  start scrapyd on the loopback interface"
	@echo "make deploy   build the egg and add it to that scrapyd"

setup:
	@scripts/setup.sh

demo: setup
	@$(PY) -m crawler.demo

test: setup
	@$(PY) -m pytest

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: setup
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup
	@$(PY) -m benchmarks

scrapyd: setup
	@$(PY) -m crawler.deploy serve

deploy: setup
	@$(PY) -m crawler.deploy deploy

clean:
	rm -rf .venv build dist *.egg-info
