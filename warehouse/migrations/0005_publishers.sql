-- Who a credit's source is, by whatever name it is called. Empty in credits that were read before: `reprocess` fills it.
ALTER TABLE store.attribution ADD COLUMN publisher VARCHAR;
COMMENT ON COLUMN store.attribution.publisher IS 'Who the source is: a domain where it is known by name or address, else the name in one spelling (no dots).';
COMMENT ON COLUMN store.attribution.source IS 'The outlet that is credited, as it is named there.';
COMMENT ON COLUMN store.attribution.kind IS 'In the text: via, authored_by, originally_published, dateline and so on; in markup or feed: canonical, og_url, feed_source and so on.';
COMMENT ON COLUMN store.attribution.evidence IS 'The words as they stood in the text, or the value of the markup.';
COMMENT ON COLUMN store.article.has_credit IS 'True if a credit in it names an outlet: a person alone may be its own author.';
