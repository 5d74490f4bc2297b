# Tout ce qu'on fait d'ici · Everything that is done from here: make help
#
# Each target sets up what it needs, once: the stamps in .venv make the second run quick.

PORT ?= 8000
DATA ?= demo-data
TESTS ?= tests
# One more than there are cores, since tests wait a lot; CORES=0 runs them in one process, to debug
CORES ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
# make bench BENCH="--only service --minutes 10": python -m bench --help
BENCH ?=
# make bundle BUNDLE="--system bookworm": jardin-gateway bundle --help
BUNDLE ?=
# make lock UPGRADE=--upgrade takes the newest versions
UPGRADE ?=

PY := .venv/bin/python
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 $(UPGRADE) \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help demo test check bench prove bundle assets lock bom audit clean

help: ## cette aide | this help
	@.ci/setup help

demo: .venv/.demo assets ## un jardin entier sur cet ordinateur (PORT=8000) | a whole garden on this computer (PORT=8000)
	@exec $(PY) -m gateway demo --port $(PORT) --data "$(DATA)"

test: .venv/.dev assets ## les essais, moins les lents (TESTS=tests/unit) | the tests, without the slow ones (TESTS=tests/unit)
	@.ci/setup system mosquitto chromium compiler victoria-metrics
	$(PY) -m pytest -m "not prove" -n $(CORES) --maxprocesses 4 $(TESTS)

check: .venv/.dev ## style, types, dépôt, docs et traductions | style, types, repository, docs and translations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/unit/test_repository.py tests/unit/test_docs.py \
		tests/unit/test_translations.py

bench: .venv/.dev assets ## les mesures de vitesse et de mémoire | speed and memory, measured
	@.ci/setup system mosquitto chromium
	@$(PY) -m bench $(BENCH)

prove: .venv/.dev assets ## les preuves lentes | the slow proofs
	@.ci/setup system mosquitto chromium compiler systemd cloud-init network emulators libreoffice
	$(PY) -m pytest -m prove $(TESTS)

bundle: .venv/.demo assets ## le nécessaire d'une carte, sans internet (dist/) | what a card needs, without internet (dist/)
	@$(PY) -m gateway bundle $(BUNDLE)

assets: .venv/.demo ## les fichiers des pages | the files of the pages
	@.ci/setup assets

lock: .venv/.dev ## recalculer requirements/*.txt | compute requirements/*.txt again
	$(COMPILE) pyproject.toml --extra node --extra gateway --extra influxdb --extra dev \
		-o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra node -c requirements/dev.txt -o requirements/node.txt
	$(COMPILE) pyproject.toml --extra gateway --extra influxdb -c requirements/dev.txt \
		-o requirements/gateway.txt
	$(COMPILE) --group pyproject.toml:peer -o requirements/peer-mqtt-io.txt

bom: .venv/.dev ## les bibliothèques, en CycloneDX (dist/bom.json) | the libraries, as CycloneDX (dist/bom.json)
	@$(PY) .ci/bom.py dist/bom.json

audit: .venv/.dev ## leurs failles connues (demande internet) | their known vulnerabilities (needs internet)
	@$(PY) .ci/audit.py

clean: ## enlever ce que make a construit (jamais les données) | remove what make has built (never the data)
	rm -rf .venv .venv-mqtt-io dashboards/dist build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf artefacts *.egg-info .lgd-nfy*
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

.venv/.demo: requirements/gateway.txt requirements/node.txt pyproject.toml
	@.ci/setup python requirements/gateway.txt requirements/node.txt
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml
	@.ci/setup python requirements/dev.txt
	@touch .venv/.demo $@
