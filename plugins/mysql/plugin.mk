# SPDX-License-Identifier: Apache-2.0
mysql_reader_sources = \
	plugins/mysql/catalogue.c \
	plugins/mysql/connect.c \
	plugins/mysql/create-table.c plugins/mysql/create-table.h \
	plugins/mysql/error.c \
	plugins/mysql/fold.c \
	plugins/mysql/inspect.c plugins/mysql/inspect.h \
	plugins/mysql/inspect-grants.c \
	plugins/mysql/inspect-keys.c \
	plugins/mysql/inspect-misc.c \
	plugins/mysql/inspect-routine.c \
	plugins/mysql/inspect-table.c \
	plugins/mysql/inspect-view.c \
	plugins/mysql/lexer.c plugins/mysql/lexer.h \
	plugins/mysql/logical.c \
	plugins/mysql/mark.c \
	plugins/mysql/mysql.c \
	plugins/mysql/parse-parts.c \
	plugins/mysql/parse-table.c plugins/mysql/parse-table.h \
	plugins/mysql/pool.c plugins/mysql/pool.h \
	plugins/mysql/put.c \
	plugins/mysql/query.c \
	plugins/mysql/reader.c \
	plugins/mysql/rights.c \
	plugins/mysql/selfcheck.c \
	plugins/mysql/state.c \
	plugins/mysql/tenants.c \
	plugins/mysql/text.c \
	plugins/mysql/url.c plugins/mysql/url.h \
	plugins/mysql/my.h plugins/mysql/session.h
mysql_dialect_sources = \
	plugins/mysql/body.c \
	plugins/mysql/classify.c \
	plugins/mysql/cut.c \
	plugins/mysql/names.c \
	plugins/mysql/reach.c \
	plugins/mysql/settings.c \
	plugins/mysql/settings-text.c \
	plugins/mysql/split.c plugins/mysql/split.h \
	plugins/mysql/algorithm.c \
	plugins/mysql/aside.c \
	plugins/mysql/facts.c \
	plugins/mysql/render.c plugins/mysql/render.h \
	plugins/mysql/render-alter.c \
	plugins/mysql/render-diff.c \
	plugins/mysql/render-kinds.c \
	plugins/mysql/render-nodes.c \
	plugins/mysql/render-options.c \
	plugins/mysql/render-partition.c \
	plugins/mysql/render-probe.c \
	plugins/mysql/render-rename.c \
	plugins/mysql/render-rights.c \
	plugins/mysql/render-routine.c \
	plugins/mysql/render-table.c \
	plugins/mysql/render-trigger.c \
	plugins/mysql/ways.c \
	plugins/mysql/ways-table.c
mysql_writer_sources = \
	plugins/mysql/bookkeeping.c plugins/mysql/bookkeeping.h \
	plugins/mysql/limits.c \
	plugins/mysql/lock.c \
	plugins/mysql/scratch.c \
	plugins/mysql/scratch-events.c \
	plugins/mysql/script.c \
	plugins/mysql/writer.c plugins/mysql/writer.h \
	plugins/mysql/writer-records.c
mysql_sources = $(mysql_reader_sources) $(mysql_dialect_sources) $(mysql_writer_sources)
mysql_libs = $(MYSQL_LIBS) -lcrypto
if PLUGIN_MYSQL
plugin_modules += plugins/mysql.la
plugins_mysql_la_SOURCES = $(mysql_sources)
plugins_mysql_la_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
plugins_mysql_la_LDFLAGS = $(PLUGIN_LINK_FLAGS)
plugins_mysql_la_LIBADD = $(mysql_libs)
dist_manifest_DATA += plugins/mysql/mysql.toml
man_MANS += plugins/mysql/moult-mysql.7
CLEANFILES += plugins/mysql/moult-mysql.7
endif
EXTRA_DIST += plugins/mysql/moult-mysql.7.pod
