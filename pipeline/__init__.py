"""The stages, as a pipe. Each takes a record and gives back a record or a `Failure`; flows/ingest.py connects them.

    Feed, FeedState
        | fetching.HttpClient.get        conditional GET, polite to each host          -> Response
        | reading.read_document          in a worker process                           -> FeedDocument:
        |   parsing.parse_feed             feedparser, JSON Feed                       -> ParsedFeed
        |   identity.identify              an id for each entry, a hash of its content -> IdentifiedEntry ...
        | identity.recognised            by what the warehouse knows of their links    -> IdentifiedEntry ...
        | sifting.sift                   against what the warehouse knows              -> Sifted (new, changed, unchanged)
        | fetching.HttpClient.get        the article page, as robots.txt allows        -> Response
        | extraction.extract_article     in a worker process: text, signature, credits -> Extraction
        | articles.compose               canonical URL, site                           -> Article
        | polling.decide                 when to ask again, and why                    -> Decision (FeedState, outcome)
        v
    Harvest: all that one poll brought, loaded whole or not at all. Inside that transaction (flows/settling.py, flows/telling.py):

    UnsettledText
        | templates.cut_template         what the site's articles have in common, cut  -> SettledText
        | stories.regroup                who shares passages with whom (matching)      -> Placement ...
        | originals.original_of          whom the others repeat, and why that one      -> Original

Beside the pipe: archive.Archive keeps the bytes of each Response as WARC, of which flows/reprocess.py makes the articles again;
backfilling, sitemaps, wayback, warc_files and saved_pages list a feed's past; discovery and opml name feeds.

Plain Python: nothing in this package imports Prefect or DuckDB, reads the environment or asks a clock for the time.
"""
