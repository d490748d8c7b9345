# SPDX-License-Identifier: Apache-2.0

# MOULT_PLUGIN(NAME, [PKG-CONFIG-MODULES], [DEFAULT = yes])
# A plugin in plugins/NAME: --disable-NAME leaves it out; with DEFAULT no, --enable-NAME takes it in.  Sets the conditional PLUGIN_NAME and, where
# modules are given, NAME_CFLAGS and NAME_LIBS (upper case, "-" as "_").
AC_DEFUN([MOULT_PLUGIN], [
  AC_ARG_ENABLE([$1], [m4_if([$3], [no],
                  [AS_HELP_STRING([--enable-$1], [build the plugin $1, which is not complete yet])],
                  [AS_HELP_STRING([--disable-$1], [leave the plugin $1 out])])],
                [moult_on=$enableval], [moult_on=m4_default([$3], [yes])])
  m4_ifnblank([$2], [AS_IF([test "x$moult_on" = xyes],
    [PKG_CHECK_MODULES(m4_translit([$1], [a-z-], [A-Z_]), [$2], [], [AC_MSG_ERROR(
      [the plugin $1 needs $2: install it, or configure with --disable-$1])])])])
  AS_IF([test "x$moult_on" = xyes], [moult_plugins="$moult_plugins $1"])
  AM_CONDITIONAL([PLUGIN_]m4_translit([$1], [a-z-], [A-Z_]), [test "x$moult_on" = xyes])
])

# MOULT_LTDL: libltdl has no pkg-config file.
AC_DEFUN([MOULT_LTDL], [
  AC_CHECK_HEADER([ltdl.h], [], [AC_MSG_ERROR([ltdl.h is missing: install libltdl-dev])])
  moult_libs=$LIBS
  AC_CHECK_LIB([ltdl], [lt_dladvise_preload], [LTDL_LIBS=-lltdl],
               [AC_MSG_ERROR([libltdl is missing: install libltdl-dev])])
  LIBS=$moult_libs
  AC_SUBST([LTDL_LIBS])
])

# MOULT_TRY_FLAG(LANG, VARIABLE, FLAG): adds FLAG to VARIABLE if the compiler of LANG takes it.
AC_DEFUN([MOULT_TRY_FLAG], [
  AC_LANG_PUSH([$1])
  moult_save=$_AC_LANG_PREFIX[]FLAGS
  _AC_LANG_PREFIX[]FLAGS="$moult_save -Werror $3"
  AC_MSG_CHECKING([whether the $1 compiler takes $3])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes]); $2="$$2 $3"], [AC_MSG_RESULT([no])])
  _AC_LANG_PREFIX[]FLAGS=$moult_save
  AC_LANG_POP([$1])
])

# MOULT_WARNINGS: sets WARN_CFLAGS and WARN_CXXFLAGS.
AC_DEFUN([MOULT_WARNINGS], [
  m4_foreach_w([moult_flag], [-Wall -Wextra -Wpedantic -Wconversion -Wshadow], [
    MOULT_TRY_FLAG([C], [WARN_CFLAGS], moult_flag)
    MOULT_TRY_FLAG([C++], [WARN_CXXFLAGS], moult_flag)])
  m4_foreach_w([moult_flag], [-Wstrict-prototypes -Wmissing-prototypes], [
    MOULT_TRY_FLAG([C], [WARN_CFLAGS], moult_flag)])
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings end the build])])
  AS_IF([test "x$enable_werror" = xyes],
        [WARN_CFLAGS="$WARN_CFLAGS -Werror"; WARN_CXXFLAGS="$WARN_CXXFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([WARN_CXXFLAGS])
])

# MOULT_OPTIONS: instrumented builds, and whether plugins are built in.
AC_DEFUN([MOULT_OPTIONS], [
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [build with ASan and UBSan])])
  AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [build for gcov])])
  AC_ARG_ENABLE([fuzzers], [AS_HELP_STRING([--enable-fuzzers],
                [build the fuzz targets; needs CC=clang CXX=clang++])])
  AS_IF([test "x$enable_sanitizers" = xyes],
    [INSTRUMENT="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
     dnl What only these need of the runtime is not there where clang links C.
     MOULT_TRY_FLAG([C++], [INSTRUMENT], [-fno-sanitize=vptr])
     MOULT_TRY_FLAG([C++], [INSTRUMENT], [-fno-sanitize=function])])
  AS_IF([test "x$enable_coverage" = xyes], [INSTRUMENT="$INSTRUMENT --coverage"])
  AS_IF([test "x$enable_fuzzers" = xyes], [
    INSTRUMENT="$INSTRUMENT -fsanitize=fuzzer-no-link"
    AC_LANG_PUSH([C])
    moult_save=$CFLAGS
    CFLAGS="$CFLAGS -fsanitize=fuzzer"
    AC_MSG_CHECKING([for libFuzzer])
    AC_LINK_IFELSE([AC_LANG_SOURCE([[#include <stddef.h>
        int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n);
        int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n) { return !p && n; }]])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-fuzzers needs clang: configure with CC=clang CXX=clang++])])
    CFLAGS=$moult_save
    AC_LANG_POP([C])])
  AC_SUBST([INSTRUMENT])
  dnl An undefined symbol in a plugin is an error at link time; the sanitizers' own come from the program.
  AS_IF([test "x$INSTRUMENT" = x], [LINK_DEFS="-Wl,-z,defs"])
  AC_SUBST([LINK_DEFS])
  AM_CONDITIONAL([ENABLE_SANITIZERS], [test "x$enable_sanitizers" = xyes])
  AM_CONDITIONAL([ENABLE_FUZZERS], [test "x$enable_fuzzers" = xyes])
  AM_CONDITIONAL([STATIC_PLUGINS], [test "x$enable_shared" = xno])
])
