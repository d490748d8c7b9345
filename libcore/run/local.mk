# SPDX-License-Identifier: Apache-2.0
libcore_libmoult_la_SOURCES += \
	libcore/run/adapter.c \
	libcore/run/audit.c \
	libcore/run/chain.c libcore/run/chain.h \
	libcore/run/database.c \
	libcore/run/deltas.c \
	libcore/run/desired.c \
	libcore/run/doctor.c \
	libcore/run/execute.c libcore/run/execute.h \
	libcore/run/idle.c \
	libcore/run/ledger.c libcore/run/ledger.h \
	libcore/run/look.c \
	libcore/run/plans.c \
	libcore/run/prepare.c \
	libcore/run/recover.c \
	libcore/run/refs.c \
	libcore/run/rehearse.c \
	libcore/run/rename.c \
	libcore/run/report.c \
	libcore/run/run.h \
	libcore/run/saves.c \
	libcore/run/scratch.c \
	libcore/run/session.c \
	libcore/run/snapshot.c \
	libcore/run/states.c \
	libcore/run/steps.c \
	libcore/run/storage.c libcore/run/storage.h \
	libcore/run/sync.c libcore/run/sync.h \
	libcore/run/targets.c \
	libcore/run/tree_sql.c libcore/run/tree_sql.h \
	libcore/run/units.h \
	libcore/run/validate.c \
	libcore/run/workers.c \
	libcore/run/write.c

EXTRA_DIST += docs/man/moult-store.3.pod
man_MANS += docs/man/moult-store.3
CLEANFILES += docs/man/moult-store.3
