# SPDX-License-Identifier: Apache-2.0
# The pages that belong to no command, what is read about the project, and the JSON Schemas of what moult writes.
docs_pages = docs/man/moult.toml.5 docs/man/moult-plugin.3 docs/man/moult-planner.3 docs/man/moult-store.3
man_MANS += $(docs_pages)
EXTRA_DIST += $(docs_pages:=.pod)
CLEANFILES += $(docs_pages)
dist_doc_DATA += README.md LICENSE docs/architecture.md docs/schema-tree.md
EXTRA_DIST += CONTRIBUTING.md
json_schemadir = $(pkgdatadir)/schemas
dist_json_schema_DATA = docs/schemas/delta.json docs/schemas/plan.json docs/schemas/result.json \
	docs/schemas/snapshot.json
