# SPDX-License-Identifier: Apache-2.0
libcore_libmoult_la_SOURCES += \
	libcore/host/config.c libcore/host/config.h \
	libcore/host/databases.c \
	libcore/host/host.c libcore/host/host.h \
	libcore/host/interfaces.c libcore/host/interfaces.h \
	libcore/host/listing.c \
	libcore/host/loader.c \
	libcore/host/log.c \
	libcore/host/manifest.c \
	libcore/host/moult.c \
	libcore/host/near.c \
	libcore/host/overlay.c \
	libcore/host/plugins.c \
	libcore/host/registry.c libcore/host/registry.h \
	libcore/host/rules.c \
	libcore/host/schemes.c \
	libcore/host/settings.c libcore/host/settings.h \
	libcore/host/shown.c \
	libcore/host/toml.cc libcore/host/toml.h \
	libcore/host/trust.c libcore/host/trust.h \
	libcore/host/value.c

EXTRA_DIST += docs/man/moult.toml.5.pod docs/man/moult-plugin.3.pod
man_MANS += docs/man/moult.toml.5 docs/man/moult-plugin.3
CLEANFILES += docs/man/moult.toml.5 docs/man/moult-plugin.3
