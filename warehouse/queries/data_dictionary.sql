SELECT v.view_name, v.comment AS view_comment, c.column_name, c.data_type, c.comment AS column_comment
FROM duckdb_views() AS v
INNER JOIN duckdb_columns() AS c ON c.schema_name = v.schema_name AND c.table_name = v.view_name
WHERE v.schema_name = 'main' AND NOT v.internal
ORDER BY v.view_name, c.column_index;
