-- Where the fetched bytes are kept, and which of them each sighting and each version of an article was made from.

CREATE TABLE store.capture (
    capture_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    final_url VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    http_status INTEGER NOT NULL,
    content_type VARCHAR,
    digest VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    file VARCHAR NOT NULL,
    "offset" BIGINT NOT NULL,
    length BIGINT NOT NULL,
    is_revisit BOOLEAN NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.capture IS 'One row an answer in the archive; key: capture_id.';
COMMENT ON COLUMN store.capture.capture_id IS 'Twelve characters that stand for file and offset.';
COMMENT ON COLUMN store.capture.kind IS 'feed, page.';
COMMENT ON COLUMN store.capture.url IS 'Address that was asked for.';
COMMENT ON COLUMN store.capture.final_url IS 'Address that answered, after redirects; WARC-Target-URI.';
COMMENT ON COLUMN store.capture.fetched_at IS 'When it was asked for; WARC-Date.';
COMMENT ON COLUMN store.capture.http_status IS 'Status of the answer.';
COMMENT ON COLUMN store.capture.content_type IS 'Header of the answer.';
COMMENT ON COLUMN store.capture.digest IS 'SHA-1 of the body in base 32; WARC-Payload-Digest.';
COMMENT ON COLUMN store.capture.bytes IS 'Length of the body.';
COMMENT ON COLUMN store.capture.file IS 'WARC file in the folder archive; while its run goes on, its name ends in .open.';
COMMENT ON COLUMN store.capture."offset" IS 'Byte at which the record begins.';
COMMENT ON COLUMN store.capture.length IS 'Bytes of the record, compressed.';
COMMENT ON COLUMN store.capture.is_revisit IS 'True if the body stands in an earlier record with this digest.';
COMMENT ON COLUMN store.capture.run_id IS 'The run that fetched it.';

ALTER TABLE store.sighting ADD COLUMN feed_capture VARCHAR;
COMMENT ON COLUMN store.sighting.feed_capture IS 'The archived document in which it was seen new or edited last; empty where none is kept.';

ALTER TABLE store.article_version ADD COLUMN feed VARCHAR;
ALTER TABLE store.article_version ADD COLUMN entry_id VARCHAR;
ALTER TABLE store.article_version ADD COLUMN feed_capture VARCHAR;
ALTER TABLE store.article_version ADD COLUMN page_capture VARCHAR;
COMMENT ON COLUMN store.article_version.feed IS 'The feed whose entry it was made from.';
COMMENT ON COLUMN store.article_version.entry_id IS 'The entry that it was made from.';
COMMENT ON COLUMN store.article_version.feed_capture IS 'The archived document that the entry was read in; empty where it was made from what the sighting says.';
COMMENT ON COLUMN store.article_version.page_capture IS 'The archived page; empty where it was made without one.';

CREATE TABLE store.reprocessed (
    run_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    words_before INTEGER NOT NULL,
    words_after INTEGER NOT NULL,
    similarity DOUBLE NOT NULL
);
COMMENT ON TABLE store.reprocessed IS 'One row a version of an article that a reprocess has made again; key: run_id, article_id, version.';
COMMENT ON COLUMN store.reprocessed.run_id IS 'The reprocess that was begun; one that resumes it goes on under the same.';
COMMENT ON COLUMN store.reprocessed.article_id IS 'The article.';
COMMENT ON COLUMN store.reprocessed.version IS 'The version.';
COMMENT ON COLUMN store.reprocessed.words_before IS 'Words of its text before.';
COMMENT ON COLUMN store.reprocessed.words_after IS 'Words of its text now.';
COMMENT ON COLUMN store.reprocessed.similarity IS 'Share of the words of both that stand in both, in order, 0 to 1; 1 where nothing changed.';
