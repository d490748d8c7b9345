# SPDX-License-Identifier: Apache-2.0
libcore_libmoult_la_SOURCES += \
	libcore/plan/api.c \
	libcore/plan/closure.c \
	libcore/plan/document.c \
	libcore/plan/edges.c \
	libcore/plan/graph.c libcore/plan/graph.h \
	libcore/plan/hazards.c libcore/plan/hazards.h \
	libcore/plan/members.c libcore/plan/members.h \
	libcore/plan/operation.c \
	libcore/plan/order.c \
	libcore/plan/parse.c \
	libcore/plan/places.c libcore/plan/places.h \
	libcore/plan/plan.h \
	libcore/plan/problem.c libcore/plan/problem.h \
	libcore/plan/render.c \
	libcore/plan/renaming.c libcore/plan/renaming.h \
	libcore/plan/text.c \
	libcore/plan/words.h

man_MANS += docs/man/moult-planner.3
CLEANFILES += docs/man/moult-planner.3
EXTRA_DIST += docs/man/moult-planner.3.pod docs/schemas/plan.json
