# SPDX-License-Identifier: Apache-2.0
postgres_reader_sources = \
	plugins/postgres/batch.c plugins/postgres/batch.h \
	plugins/postgres/bookkeeping.c plugins/postgres/bookkeeping.h \
	plugins/postgres/canon.c \
	plugins/postgres/catalogue.c plugins/postgres/catalogue.h \
	plugins/postgres/catalogue-misc.c \
	plugins/postgres/catalogue-types.c \
	plugins/postgres/connect.c \
	plugins/postgres/context.c plugins/postgres/context.h \
	plugins/postgres/error.c \
	plugins/postgres/grants.c \
	plugins/postgres/inspect.c plugins/postgres/inspect.h \
	plugins/postgres/inspect-column.c \
	plugins/postgres/inspect-columns.c plugins/postgres/inspect-columns.h \
	plugins/postgres/inspect-constraint.c \
	plugins/postgres/inspect-depend.c \
	plugins/postgres/inspect-index.c \
	plugins/postgres/inspect-misc.c \
	plugins/postgres/inspect-parts.c \
	plugins/postgres/inspect-relation.c \
	plugins/postgres/inspect-type.c \
	plugins/postgres/keywords.c \
	plugins/postgres/logical.c \
	plugins/postgres/mark.c \
	plugins/postgres/pool.c plugins/postgres/pool.h \
	plugins/postgres/postgres.c \
	plugins/postgres/put.c \
	plugins/postgres/reader.c \
	plugins/postgres/result.c \
	plugins/postgres/rights.c \
	plugins/postgres/stamp.c \
	plugins/postgres/tenants.c \
	plugins/postgres/text.c \
	plugins/postgres/pg.h plugins/postgres/session.h
postgres_dialect_sources = \
	plugins/postgres/aside.c \
	plugins/postgres/classify.c \
	plugins/postgres/cut.c \
	plugins/postgres/facts.c \
	plugins/postgres/lexer.c plugins/postgres/lexer.h \
	plugins/postgres/names.c \
	plugins/postgres/opinion.c \
	plugins/postgres/partition.c \
	plugins/postgres/render.c \
	plugins/postgres/render.h \
	plugins/postgres/render-alter.c \
	plugins/postgres/render-column.c \
	plugins/postgres/render-copy.c \
	plugins/postgres/render-identity.c \
	plugins/postgres/render-inherit.c \
	plugins/postgres/render-kinds.c \
	plugins/postgres/render-misc.c \
	plugins/postgres/render-nodes.c \
	plugins/postgres/render-partition.c \
	plugins/postgres/render-rebuild.c \
	plugins/postgres/render-rename.c \
	plugins/postgres/render-rights.c \
	plugins/postgres/render-swap.c \
	plugins/postgres/render-table.c \
	plugins/postgres/render-type.c \
	plugins/postgres/render-view.c \
	plugins/postgres/settings.c \
	plugins/postgres/split.c \
	plugins/postgres/split.h \
	plugins/postgres/types.c \
	plugins/postgres/ways.c \
	plugins/postgres/ways-table.c \
	plugins/postgres/ways-type.c
postgres_writer_sources = \
	plugins/postgres/confine.c plugins/postgres/confine.h \
	plugins/postgres/confine-text.c \
	plugins/postgres/lock.c \
	plugins/postgres/reap.c \
	plugins/postgres/scratch.c plugins/postgres/scratch.h \
	plugins/postgres/writer.c plugins/postgres/writer.h \
	plugins/postgres/writer-index.c \
	plugins/postgres/writer-locks.c \
	plugins/postgres/writer-records.c
postgres_sources = $(postgres_reader_sources) $(postgres_dialect_sources) $(postgres_writer_sources)
postgres_libs = $(POSTGRES_LIBS) -lpg_query -lcrypto
if PLUGIN_POSTGRES
plugin_modules += plugins/postgres.la
plugins_postgres_la_SOURCES = $(postgres_sources)
plugins_postgres_la_CPPFLAGS = $(AM_CPPFLAGS) $(POSTGRES_CFLAGS)
plugins_postgres_la_LDFLAGS = $(PLUGIN_LINK_FLAGS)
plugins_postgres_la_LIBADD = $(postgres_libs)
dist_manifest_DATA += plugins/postgres/postgres.toml
endif
