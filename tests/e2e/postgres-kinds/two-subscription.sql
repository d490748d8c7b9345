CREATE SUBSCRIPTION taken CONNECTION 'dbname=nowhere' PUBLICATION whole WITH (connect = false, slot_name = NONE, enabled = false, synchronous_commit = local);
ALTER SUBSCRIPTION taken OWNER TO owner_s;
