# Every target sets up what it needs: the first one takes a while, later ones start at once.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run dev build test test-release test-rt test-redmine hostile faults bench two-servers lighthouse setup fmt lint advisories test-unit test-e2e screenshots clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: build ## Build, then serve demo data on http://127.0.0.1:3000 (more flags: make run ARGS="--address …")
	@. scripts/env; mkdir -p data
	export COUNTERSIGN_DATABASE_URL="$${COUNTERSIGN_DATABASE_URL:-sqlite:data/demo.db}"
	exec target/release/countersign serve --demo $(ARGS)

dev: ## Serve demo data, rebuilding and reloading at every change
	@scripts/setup dev; . scripts/env; mkdir -p data
	export COUNTERSIGN_DATABASE_URL="$${COUNTERSIGN_DATABASE_URL:-sqlite:data/dev.db}" COUNTERSIGN_SITE_ROOT=target/dev-site
	exec cargo leptos watch --split -- serve --demo $(ARGS)

build: setup ## Build target/release/countersign and its static files in target/site
	@scripts/build

test: ## Check everything: format, lints, tests on SQLite and PostgreSQL, the pages in a browser
	@scripts/setup test && scripts/test

test-rt: ## Check the docking against a real Request Tracker, which it installs (Debian, as root)
	@scripts/setup test
	scripts/with-request-tracker scripts/with-postgres scripts/cargo test --locked --features ssr --test integration request_tracker:: -- --ignored --test-threads=1

hostile: ## A hundred thousand requests that nobody should send, on each database
	@scripts/setup test
	HOSTILE_ROUNDS=$${HOSTILE_ROUNDS:-75000} scripts/with-postgres scripts/cargo test --locked --features ssr --test integration hostile::

faults: ## Kill servers, stop Postgres, fill the disk, set the clock, hundreds of times, and check everything (as root)
	@scripts/setup test && scripts/faults

test-redmine: ## Check the docking against a real Redmine, which it installs (Debian, as root)
	@scripts/setup test
	scripts/with-redmine scripts/with-postgres scripts/cargo test --locked --features ssr --test integration redmine:: -- --ignored --test-threads=1

test-unit: ## Only cargo's tests, on both databases
	@scripts/setup test && scripts/test unit

test-e2e: ## Only the tests in the browser
	@scripts/setup test && scripts/test e2e

test-release: build ## The story in the browser, on the release build; before a release
	@scripts/setup test && scripts/test release

lint: ## Only format, lints and types; and the licences, sources and duplicates of libraries
	@scripts/setup lint && scripts/test format libraries lint

advisories: ## Ask RustSec's database, which it downloads, for known faults in the libraries
	@scripts/setup lint && scripts/advisories

fmt: ## Format the Rust code
	@cargo fmt

bench: build ## Measure the release server under load
	@scripts/bench

two-servers: build ## Restart two servers behind nginx under load; no request may fail (Debian's nginx)
	@scripts/setup proxy && scripts/two-servers

lighthouse: build ## Audit pages with Lighthouse, and measure interaction to next paint
	@scripts/setup test && scripts/lighthouse

screenshots: build ## Take pictures of all pages into target/screenshots
	@scripts/setup test && scripts/screenshots

setup: ## Install the tools that are missing
	@scripts/setup

clean: ## Remove what was built, and the demo data
	@rm -rf target data .tools end2end/node_modules end2end/lighthouse/node_modules

.ONESHELL:
