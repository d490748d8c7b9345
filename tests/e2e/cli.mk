# SPDX-License-Identifier: Apache-2.0
# What the command, its pages, its completion and the examples promise.
cli_tests = tests/e2e/cli-answers.sh tests/e2e/cli-usage.sh tests/e2e/completion.sh \
	tests/e2e/docs-in-step.sh tests/e2e/examples.sh tests/e2e/man-examples.sh
TESTS += $(cli_tests)
dist_check_SCRIPTS += $(cli_tests)
