# SPDX-License-Identifier: Apache-2.0
sqlite_sources = \
	plugins/sqlite/aside.c \
	plugins/sqlite/bookkeeping.c plugins/sqlite/bookkeeping.h \
	plugins/sqlite/check.c plugins/sqlite/check.h \
	plugins/sqlite/check-index.c \
	plugins/sqlite/classify.c \
	plugins/sqlite/error.c \
	plugins/sqlite/facts.c \
	plugins/sqlite/foreign.c \
	plugins/sqlite/inspect.c plugins/sqlite/inspect.h \
	plugins/sqlite/inspect-table.c \
	plugins/sqlite/inspect-text.c \
	plugins/sqlite/logical.c \
	plugins/sqlite/names.c \
	plugins/sqlite/nodes.c \
	plugins/sqlite/parse.c plugins/sqlite/parse.h \
	plugins/sqlite/parse_table.c plugins/sqlite/parse_table.h \
	plugins/sqlite/parsed.c plugins/sqlite/parsed.h \
	plugins/sqlite/pool.c plugins/sqlite/pool.h \
	plugins/sqlite/put.c \
	plugins/sqlite/reader.c \
	plugins/sqlite/render.c plugins/sqlite/render.h \
	plugins/sqlite/render-alter.c \
	plugins/sqlite/render-rebuild.c \
	plugins/sqlite/render-rename.c \
	plugins/sqlite/render-table.c \
	plugins/sqlite/render-unknown.c \
	plugins/sqlite/rights.c \
	plugins/sqlite/same.c plugins/sqlite/same.h \
	plugins/sqlite/scratch.c \
	plugins/sqlite/session.h \
	plugins/sqlite/split.c plugins/sqlite/split.h \
	plugins/sqlite/sqlite.c \
	plugins/sqlite/stamp.c \
	plugins/sqlite/tenants.c \
	plugins/sqlite/token.c plugins/sqlite/token.h \
	plugins/sqlite/virtual.c \
	plugins/sqlite/ways.c \
	plugins/sqlite/ways-table.c \
	plugins/sqlite/writer.c plugins/sqlite/writer.h \
	plugins/sqlite/writer-records.c
sqlite_libs = $(SQLITE_LIBS) -lcrypto
if PLUGIN_SQLITE
plugin_modules += plugins/sqlite.la
plugins_sqlite_la_SOURCES = $(sqlite_sources)
plugins_sqlite_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
plugins_sqlite_la_LDFLAGS = $(PLUGIN_LINK_FLAGS)
plugins_sqlite_la_LIBADD = $(sqlite_libs)
dist_manifest_DATA += plugins/sqlite/sqlite.toml
man_MANS += plugins/sqlite/moult-sqlite.7
CLEANFILES += plugins/sqlite/moult-sqlite.7
endif
EXTRA_DIST += plugins/sqlite/moult-sqlite.7.pod
