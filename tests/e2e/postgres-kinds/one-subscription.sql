-- What moult cannot make: how it connects is never shown.
CREATE SUBSCRIPTION taken CONNECTION 'dbname=nowhere' PUBLICATION parts, whole WITH (connect = false, slot_name = NONE, enabled = false);
COMMENT ON SUBSCRIPTION taken IS 'taken';
