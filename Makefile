# Everything is done by launch.py; without make: python3 launch.py run|test|check|bench|install
# Variables: PORT, HOST, DATABASE_URL, REDIS_URL (run) · ARGS (test) · NAME, SIZE (bench)

# The first Python that really runs: with pyenv a python3.12 may be on the path and still not start.
PYTHON := $(shell for p in python3 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && echo $$p && break; done)
ifeq ($(PYTHON),)
$(error No Python runs here: install Python 3.11 or 3.12)
endif

.PHONY: help run test check bench install
.DEFAULT_GOAL := help

help:
	@$(PYTHON) launch.py help

run test check bench install:
	@$(PYTHON) launch.py $@
