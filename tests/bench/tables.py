# SPDX-License-Identifier: Apache-2.0
"""The schema that speed is measured on."""


def tables(n, changed=False):
    """N tables of 10 columns, a primary key, a foreign key and two indexes each; CHANGED differs in ten places."""
    out = []
    for i in range(n):
        at = lambda k: changed and i == n * k // 10
        if at(9):
            continue
        cols = ["id bigint NOT NULL", "parent_id bigint", f"name varchar({200 if at(3) else 100}) NOT NULL",
                "status integer" + ("" if at(4) else " NOT NULL") + " DEFAULT 0", f"amount numeric(12,2) DEFAULT {int(at(5))}",
                "created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP", "flag boolean NOT NULL DEFAULT false", "note text",
                "code char(8)", "score double precision"]
        if at(1):
            cols.append("extra integer")
        if at(2):
            cols.remove("note text")
        cols += [f"CONSTRAINT t{i:05}_pk PRIMARY KEY (id)",
                 f"CONSTRAINT t{i:05}_fk FOREIGN KEY (parent_id) REFERENCES t{max(i - 1, 0) // 2:05} (id)" + (" ON DELETE CASCADE" if at(6) else "")]
        idx = [("name", "(name)"), ("sc", "(status, created)")]
        if at(7):
            idx.pop()
        if at(8):
            idx.append(("code", "(code)"))
        out.append(f"CREATE TABLE t{i:05} (\n  " + ",\n  ".join(cols) + "\n);")
        out += [f"CREATE INDEX t{i:05}_{a}_i ON t{i:05} {b};" for a, b in idx]
    if changed:
        out.append("CREATE TABLE extra_table (k integer NOT NULL PRIMARY KEY, v varchar(20));")
    return "\n".join(out)
