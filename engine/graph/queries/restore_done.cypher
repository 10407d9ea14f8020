DROP INDEX restored_key IF EXISTS
