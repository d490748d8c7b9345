// SPDX-License-Identifier: Apache-2.0
// The only C++ of the library: toml++ behind toml.h.  Every exception ends here.
#include "toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

namespace
{

// The CONFIG_* numbers of config.h, which is C.
constexpr uint32_t TABLE = 1, ARRAY = 2, STRING = 3, INTEGER = 4, BOOLEAN = 5, REAL = 6, OTHER = 7;

struct member {
    const toml::key *key;
    const toml::node *node;
};

struct walker {
    const toml_events *events;
    void *arg;

    bool table(const toml::table &t);
    bool array(const toml::array &a);
    bool node(toml_item &item, const toml::node &n);
};

void place(toml_item &item, const toml::source_region &where)
{
    item.line = static_cast<uint32_t>(where.begin.line);
    item.column = static_cast<uint32_t>(where.begin.column);
}

bool before(const member &a, const member &b)
{
    const auto &x = a.key->source().begin, &y = b.key->source().begin;
    return x.line != y.line ? x.line < y.line : x.column < y.column;
}

// toml++ sorts members by name; people want them in the order in which they were written.
bool walker::table(const toml::table &t)
{
    std::vector<member> members;
    members.reserve(t.size());
    for (auto i = t.cbegin(); i != t.cend(); ++i)
        members.push_back({&i->first, &i->second});
    std::stable_sort(members.begin(), members.end(), before);
    for (const member &m : members) {
        toml_item item{};
        item.key = m.key->data();
        item.key_len = m.key->length();
        place(item, m.key->source());
        if (!node(item, *m.node))
            return false;
    }
    return true;
}

bool walker::array(const toml::array &a)
{
    for (const toml::node &n : a) {
        toml_item item{};
        item.key = "";
        place(item, n.source());
        if (!node(item, n))
            return false;
    }
    return true;
}

bool walker::node(toml_item &item, const toml::node &n)
{
    std::string text;
    if (const auto *t = n.as_table()) {
        item.type = TABLE;
        return !events->enter(arg, &item) && table(*t) && !events->leave(arg);
    }
    if (const auto *a = n.as_array()) {
        item.type = ARRAY;
        return !events->enter(arg, &item) && array(*a) && !events->leave(arg);
    }
    if (const auto *s = n.as_string()) {
        item.type = STRING;
        text = s->get();
    } else if (const auto *i = n.as_integer()) {
        item.type = INTEGER;
        item.integer = i->get();
        text = std::to_string(i->get());
    } else if (const auto *b = n.as_boolean()) {
        item.type = BOOLEAN;
        item.integer = b->get();
        text = b->get() ? "true" : "false";
    } else if (const auto *f = n.as_floating_point()) {
        char spelled[64];
        std::snprintf(spelled, sizeof spelled, "%.17g", f->get());
        item.type = REAL;
        text = spelled;
    } else {
        item.type = OTHER;
    }
    item.text = text.data();
    item.text_len = text.size();
    return !events->scalar(arg, &item);
}

void say(toml_fault *fault, std::string_view what, const toml::source_region *where)
{
    std::snprintf(fault->what, sizeof fault->what, "%.*s", static_cast<int>(what.size()),
                  what.data());
    fault->line = where ? static_cast<uint32_t>(where->begin.line) : 1;
    fault->column = where ? static_cast<uint32_t>(where->begin.column) : 1;
}

} // namespace

extern "C" int toml_walk(const char *text, size_t len, const toml_events *events, void *arg,
                         toml_fault *fault)
{
    try {
        const toml::table root = toml::parse(std::string_view(text, len));
        walker w{events, arg};
        return w.table(root) ? TOML_WALK_OK : TOML_WALK_STOPPED;
    } catch (const toml::parse_error &e) {
        say(fault, e.description(), &e.source());
        return TOML_WALK_SYNTAX;
    } catch (const std::bad_alloc &) {
        return TOML_WALK_NOMEM;
    } catch (const std::exception &e) {
        say(fault, e.what(), nullptr);
        return TOML_WALK_SYNTAX;
    } catch (...) {
        say(fault, "the document cannot be read", nullptr);
        return TOML_WALK_SYNTAX;
    }
}
