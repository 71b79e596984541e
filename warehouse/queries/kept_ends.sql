SELECT file, max("offset" + length) AS kept_to FROM store.capture GROUP BY file;
