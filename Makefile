PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test bench messages lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

demo: setup
	$(BIN)/congestion-lab optimize experiments/damascus-demo.yaml
	$(BIN)/congestion-lab plan export runs/damascus-demo/best-plan.json --format sumo --format csv --format xlsx --uncertified -o plans/
	$(BIN)/congestion-lab report runs/damascus-demo -o report.html

bench: setup
	$(BIN)/python -m benchmarks

messages: setup
	$(BIN)/pybabel -q extract
	$(BIN)/pybabel -q update
	$(BIN)/pybabel -q compile
	rm messages.pot

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock

clean:
	rm -rf .venv runs plans
