CREATE INDEX restored_key IF NOT EXISTS FOR (n:Restored) ON (n._key)
