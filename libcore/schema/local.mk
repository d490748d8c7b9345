# SPDX-License-Identifier: Apache-2.0
libcore_libmoult_la_SOURCES += \
    libcore/schema/api.c \
    libcore/schema/delta.c \
    libcore/schema/delta.h \
    libcore/schema/delta_write.c \
    libcore/schema/digest.c \
    libcore/schema/filter.c \
    libcore/schema/index.c \
    libcore/schema/json.h \
    libcore/schema/json_events.c \
    libcore/schema/json_events.h \
    libcore/schema/json_forms.c \
    libcore/schema/json_forms.h \
    libcore/schema/json_read.c \
    libcore/schema/json_text.c \
    libcore/schema/json_write.c \
    libcore/schema/node.h \
    libcore/schema/renames.c \
    libcore/schema/renames.h \
    libcore/schema/seal.c \
    libcore/schema/stream.c \
    libcore/schema/stream.h \
    libcore/schema/tree.c \
    libcore/schema/tree.h
