# Two commands matter: `make demo` shows the main job on a real cluster, `make test` runs everything.
# PROFILE ci is optimised with assertions on; demo, tests and benches share its build.
PROFILE := ci
CARGO   := cargo
# Where cargo builds to, if somebody chose that.
EVENTCTL := $(or $(CARGO_TARGET_DIR),target)/$(PROFILE)/eventctl

.PHONY: help demo test test-offline test-live test-cluster build lint lint-format lint-clippy doc bench up down clean

help:
	@echo 'make demo     cluster, build, topics, schemas and events of topics.yaml on it'
	@echo 'make test     every test, offline and live, from a fresh machine'
	@echo 'make bench    speed, as ratios to kcat, the Java tools and apache-avro in the same run'
	@echo 'make lint     formatting, clippy and docs, warnings denied'
	@echo 'make up/down  start and stop the development cluster (make down PURGE=1 removes its data)'

demo:
	@dev/setup --demo
	@dev/cluster up
	@$(MAKE) --no-print-directory build
	@dev/demo $(EVENTCTL)

build:
	$(CARGO) build --profile $(PROFILE) --workspace

test:
	@dev/setup --test
	@$(MAKE) --no-print-directory test-offline
	@$(MAKE) --no-print-directory test-live
	@$(MAKE) --no-print-directory test-cluster

test-offline:
	@dev/timed 'offline tests' $(CARGO) test --profile $(PROFILE) --workspace

test-live:
	@dev/timed 'cluster' dev/cluster up
	@dev/timed 'live tests' $(CARGO) test --profile $(PROFILE) --workspace --test live

lint: lint-format lint-clippy

lint-format:
	$(CARGO) fmt --all -- --check

lint-clippy:
	$(CARGO) clippy --profile $(PROFILE) --workspace --all-targets -- -D warnings
	$(CARGO) clippy --profile $(PROFILE) --workspace --test live -- -D warnings

doc:
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --profile $(PROFILE) --workspace --no-deps --document-private-items

test-cluster:
	@dev/timed 'the development cluster itself' dev/cluster-test

bench:
	@dev/setup --test
	@$(MAKE) --no-print-directory build
	$(CARGO) bench --profile $(PROFILE) --bench codec --bench filter
	@dev/bench $(EVENTCTL)

up:
	@dev/cluster up

down:
	@dev/cluster down $(if $(PURGE),--purge)

clean:
	$(CARGO) clean

# The JSON Schemas that editors use; a test fails when they are not current.
.PHONY: schemas
schemas: build
	$(EVENTCTL) check --print-schema catalog > docs/schemas/topics.schema.json
	$(EVENTCTL) check --print-schema settings > docs/schemas/eventctl.schema.json
