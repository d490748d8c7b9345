/* SPDX-License-Identifier: Apache-2.0 */
#include "modules.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void setup_modules(void)
{
    static char lib[600];
    setup();
    snprintf(lib, sizeof lib, "%s", at("lib"));
    ck_assert_int_eq(mkdir(lib, 0755), 0);
    want.plugin_dir = lib;
    put("plugins.d/fine.toml", "name = \"fine\"\nmodule = \"fine\"\nversion = \"1.0\"\n"
                               "summary = \"keeps nothing\"\nabi = \"0.1\"\n"
                               "provides = [\"store:fine\"]\n");
}

const char *module(const char *name, const char *as)
{
    char from[1000], to[100];
    snprintf(from, sizeof from, "%s/%s.so", MODULES, name);
    snprintf(to, sizeof to, "lib/%s.so", as);
    const char *path = at(to);
    unlink(path); /* it may be in use: what is mapped is not to be written over */
    FILE *in = fopen(from, "rb"), *out = fopen(path, "wb");
    ck_assert_msg(in && out, "cannot copy %s to %s", from, path);
    char chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, in)) > 0;)
        ck_assert_uint_eq(fwrite(chunk, 1, n, out), n);
    fclose(in);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0755), 0);
    return path;
}

moult_status load(moult *m, const char *path, struct loaded *out)
{
    return loader_open(m, path, out, err);
}
