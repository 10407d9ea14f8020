SHOW SETTINGS YIELD name, value WHERE name = $name RETURN value
