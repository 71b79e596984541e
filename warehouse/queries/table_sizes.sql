SELECT table_name AS name, estimated_size AS rows
FROM duckdb_tables()
WHERE schema_name = 'store'
ORDER BY estimated_size DESC, table_name;
