# SPDX-License-Identifier: Apache-2.0
# What is read about the project, and the JSON Schemas of what moult writes.
dist_doc_DATA += README.md LICENSE docs/abi.md docs/architecture.md docs/schema-tree.md
EXTRA_DIST += CONTRIBUTING.md
json_schemadir = $(pkgdatadir)/schemas
dist_json_schema_DATA = docs/schemas/delta.json docs/schemas/plan.json docs/schemas/result.json \
	docs/schemas/snapshot.json
