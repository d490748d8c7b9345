#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
exec "${MOULT_BUILDDIR:?run by make check}/tests/conformance/moult-check-plugin" \
    "$MOULT_BUILDDIR/tests/installed/plugins/store-fs.so"
