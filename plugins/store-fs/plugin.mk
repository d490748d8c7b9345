# SPDX-License-Identifier: Apache-2.0
if PLUGIN_STORE_FS
plugin_modules += plugins/store-fs.la
store_fs_sources = plugins/store-fs/store-fs.c \
	plugins/store-fs/durable.c plugins/store-fs/durable.h \
	plugins/store-fs/names.c plugins/store-fs/names.h
plugins_store_fs_la_SOURCES = $(store_fs_sources)
plugins_store_fs_la_LDFLAGS = $(PLUGIN_LINK_FLAGS)
dist_manifest_DATA += plugins/store-fs/store-fs.toml
man_MANS += plugins/store-fs/moult-store-fs.7
CLEANFILES += plugins/store-fs/moult-store-fs.7

if HAVE_CHECK
check_PROGRAMS += plugins/store-fs/check-store-fs
TESTS += plugins/store-fs/check-store-fs
plugins_store_fs_check_store_fs_SOURCES = plugins/store-fs/check-store-fs.c $(store_fs_sources)
# Flags of its own, so that the objects are not the module's.
plugins_store_fs_check_store_fs_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
plugins_store_fs_check_store_fs_LDADD = $(CHECK_LIBS)
endif
endif
EXTRA_DIST += plugins/store-fs/moult-store-fs.7.pod
