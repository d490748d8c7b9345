#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the files of cli/templates as C: each an array of its lines.  templates.sh FOLDER >templates.h
set -e
echo '/* Made by templates.sh from cli/templates. */'
for pair in config:config.toml planner:planner.c.in store:store.c.in makefile:plugin.mk \
    manifest:manifest.toml readme:readme.md; do
    echo "static const char *const template_${pair%%:*}[] __attribute__((unused)) = {"
    sed -e 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g; s/^/    "/; s/$/\\n",/' "$1/${pair#*:}"
    echo '    NULL};'
done
