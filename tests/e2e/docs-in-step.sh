#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The OPTIONS of the manual pages and the completion are as the option tables of the command.
: "${MOULT_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${MOULT:=moult}"
echo 1..1
if "$MOULT_SRCDIR/cli/update-docs" --check "$MOULT" 2>&1 | sed 's/^/# /' | grep .; then
    echo "not ok 1 - pages and completion agree with the options"
    exit 1
fi
echo "ok 1 - pages and completion agree with the options"
