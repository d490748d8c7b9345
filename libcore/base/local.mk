# SPDX-License-Identifier: Apache-2.0
libcore_libmoult_la_SOURCES += \
	libcore/base/arena.c libcore/base/arena.h \
	libcore/base/buf.c libcore/base/buf.h \
	libcore/base/cleanup.h \
	libcore/base/error.c libcore/base/error.h \
	libcore/base/file.c libcore/base/file.h \
	libcore/base/near.c libcore/base/near.h \
	libcore/base/sha256.c libcore/base/sha256.h \
	libcore/base/str.c libcore/base/str.h
