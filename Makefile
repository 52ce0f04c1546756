# What people type: run, demo, test, test-all, check, bench. Everything is installed into .venv first.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin
# How many tests run at once; more than there are cores pays, since many wait for a browser or a process.
WORKERS ?= auto
# LOCKED=1 installs exactly what was tested, by its hashes; else the newest that fits.
LOCKED ?=
INSTALL = @$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(LOCKED),--require-hashes -r $(1).lock,-r $(1).txt)

.PHONY: run demo test test-all coverage check bench lambda lists lock format messages clean

run: $(VENV)/.run
	@exec $(BIN)/python run.py

demo: $(VENV)/.run
	@exec $(BIN)/python -m demo $(ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(COVER) $(ARGS)

# And what is slow and rarely red.
test-all: test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m slow $(ARGS)

# All tests, then how much of the code the quick ones ran, and the files of which they ran less than 80 %; nothing fails for
# that. What is slow would take a third longer if it were counted too.
coverage: COVER = --cov --cov-report=
coverage: test-all
	@$(BIN)/coverage report --sort=cover | awk '$$1 == "TOTAL" || $$NF + 0 < 80'

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.bench
	@exec $(BIN)/python -m bench $(ARGS)

# The zip of the functions in AWS Lambda; ARGS="--arch arm64" for the other processor.
lambda: $(VENV)/.made
	@exec $(BIN)/python deploy/aws/build_zip.py $(ARGS)

# After a change of a version in pyproject.toml: the requirement lists, and what exactly is tested.
lists: $(VENV)/.made
	@$(BIN)/python deploy/requirements.py

lock: $(VENV)/.test
	@$(BIN)/python deploy/requirements.py --lock

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Collects the texts of pages, and of the errors that they show, and puts them into each catalogue: new ones are empty there.
SENTENCES = Sentence RollcallError LaunchRefused SignInRefused PlatformRefused InvalidInput BadPhoto BadRecording ConsentMissing NotFound NotAllowed AlreadyExists Conflict MovedOn \
	FacesOutdated NoFaceSeen TooLarge OutOfSpace SearchStopped ServiceUnavailable ServiceBusy NoticeRefused BudgetUsedUp SettingsError SamePhoto WrongVersion NotBytes Locked RefusedBefore \
	KeyRefused KeyUsedBefore CodeRefused BadReading BadItem TooOld NoLecture NotOfThisKind VisitsOff WrongSha256 NotUnderstood \
	FaceEngineError BadImage BadVideo WeightsMissing BadModel Phrase
messages: $(VENV)/.test
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg $(addprefix -k ,_l count:1,2 $(SENTENCES)) --sort-by-file --add-location file --project Rollcall \
		--version 1 -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d attendance/translations --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--ignore-pot-creation-date

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rollcall needs Python 3.11 or newer.")'
	@mkdir -p $(VENV) 2>/dev/null && test -w $(VENV) || { \
		echo "rollcall: $(abspath $(VENV)) cannot be written. Put it elsewhere: make VENV=DIR $(or $(MAKECMDGOALS),run), with" \
			"ROLLCALL_DATA set to a folder for the data." >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.txt $(if $(LOCKED),requirements.lock)
	@echo "Installing what Rollcall needs (once) ..."
	$(call INSTALL,requirements)
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt $(if $(LOCKED),requirements-dev.lock)
	@echo "Installing what the tests need ..."
	$(call INSTALL,requirements-dev)
	@touch $@

$(VENV)/.bench: $(VENV)/.run bench/requirements.txt
	@echo "Installing what the bench needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@
