# SPDX-License-Identifier: Apache-2.0
# The moult command.  It uses the embedding API alone; near.c it has for itself.
bin_PROGRAMS += cli/moult
cli_moult_SOURCES = \
	cli/apply.c cli/audit.c cli/checks.c cli/cli.h cli/config.c cli/confirm.c cli/diff.c \
	cli/doctor.c cli/exit.c cli/help.c cli/init.c cli/inspect.c cli/main.c cli/message.c \
	cli/near.c cli/options.c cli/options.h cli/output.c cli/plan.c cli/plugin.c cli/plugin.h \
	cli/plugin_new.c cli/progress.c cli/refs.c cli/signals.c cli/snapshot.c cli/sync.c \
	cli/tenants.c cli/text.c cli/trust.c cli/units.c cli/validate.c \
	libcore/base/near.c
cli_moult_CPPFLAGS = $(AM_CPPFLAGS) -Icli
cli_moult_LDFLAGS = $(AM_LDFLAGS) $(PRELOAD)
cli_moult_LDADD = libcore/libmoult.la $(CORE_LIBS) $(SMARTCOLS_LIBS)
cli_moult_DEPENDENCIES = libcore/libmoult.la $(PRELOAD_DEPS)

cli_templates = cli/templates/config.toml cli/templates/manifest.toml cli/templates/planner.c.in \
	cli/templates/plugin.mk cli/templates/readme.md cli/templates/store.c.in
nodist_cli_moult_SOURCES = cli/templates.h
BUILT_SOURCES += cli/templates.h
CLEANFILES += cli/templates.h
EXTRA_DIST += cli/templates.sh $(cli_templates)
cli/templates.h: cli/templates.sh $(cli_templates)
	$(AM_V_GEN)$(MKDIR_P) cli && $(SHELL) $(srcdir)/cli/templates.sh $(srcdir)/cli/templates >$@.new && \
	mv $@.new $@

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/moult.bash

# The pages' OPTIONS and the completion's tables come from the option tables: cli/update-docs.
EXTRA_DIST += cli/update-docs
cli_pages = docs/man/moult.1 docs/man/moult-apply.1 docs/man/moult-audit.1 docs/man/moult-config.1 \
	docs/man/moult-diff.1 docs/man/moult-doctor.1 docs/man/moult-init.1 docs/man/moult-inspect.1 \
	docs/man/moult-plan.1 docs/man/moult-plugin.1 docs/man/moult-snapshot.1 docs/man/moult-sync.1 \
	docs/man/moult-tenants.1 docs/man/moult-trust.1 docs/man/moult-validate.1 docs/man/libmoult.3
man_MANS += $(cli_pages)
EXTRA_DIST += $(cli_pages:=.pod)
CLEANFILES += $(cli_pages)
