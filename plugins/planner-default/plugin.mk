# SPDX-License-Identifier: Apache-2.0
if PLUGIN_PLANNER_DEFAULT
plugin_modules += plugins/planner-default.la
plugins_planner_default_la_SOURCES = plugins/planner-default/planner-default.c
plugins_planner_default_la_LDFLAGS = $(PLUGIN_LINK_FLAGS)
dist_manifest_DATA += plugins/planner-default/planner-default.toml
man_MANS += plugins/planner-default/moult-planner-default.7
CLEANFILES += plugins/planner-default/moult-planner-default.7

if HAVE_CHECK
check_PROGRAMS += plugins/planner-default/check-planner-default
TESTS += plugins/planner-default/check-planner-default
plugins_planner_default_check_planner_default_SOURCES = \
	plugins/planner-default/check-planner-default.c plugins/planner-default/planner-default.c \
	tests/unit/plan-fixture.c tests/unit/plan-fixture.h
# Flags of its own, so that the planner's object is not the module's.
plugins_planner_default_check_planner_default_CPPFLAGS = $(AM_CPPFLAGS)
endif
endif
EXTRA_DIST += plugins/planner-default/moult-planner-default.7.pod
