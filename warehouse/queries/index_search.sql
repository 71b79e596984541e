-- Adds the texts that the index of words does not have yet; what it has is left alone.
CREATE OR REPLACE TEMP TABLE unindexed AS
WITH next AS (
    SELECT a.article_id, a.version, a.text_hash, a.title
    FROM store.article AS a
    WHERE NOT EXISTS (SELECT 1 FROM store.search_text AS t WHERE t.article_id = a.article_id AND t.version = a.version)
    ORDER BY a.first_seen_at, a.article_id
    LIMIT $most
)
SELECT
    (row_number() OVER (ORDER BY article_id) + (SELECT coalesce(max(text_number), 0) FROM store.search_text))::INTEGER AS text_number,
    article_id, version, text_hash, search_words(coalesce(title, '')) AS title_words
FROM next;

-- Rows through a table, as in texts.sql.
CREATE OR REPLACE TEMP TABLE unindexed_row AS
SELECT rowid AS row_number FROM store.body WHERE text_hash IN (SELECT text_hash FROM unindexed);

CREATE OR REPLACE TEMP TABLE unindexed_word AS
SELECT text_number, word, least(sum(weight), 65535)::USMALLINT AS times
FROM (
    SELECT u.text_number, unnest(search_words(b.text)) AS word, 1 AS weight
    FROM unindexed AS u
    INNER JOIN (SELECT text_hash, text FROM store.body WHERE rowid IN (SELECT row_number FROM unindexed_row)) AS b USING (text_hash)
    UNION ALL
    SELECT text_number, unnest(title_words) AS word, 5 AS weight
    FROM unindexed
)
WHERE length(word) <= 40
GROUP BY text_number, word;

INSERT INTO store.search_word (word_number, word)
SELECT (row_number() OVER (ORDER BY n.word) + (SELECT coalesce(max(word_number), 0) FROM store.search_word))::INTEGER, n.word
FROM (SELECT DISTINCT word FROM unindexed_word) AS n
WHERE NOT EXISTS (SELECT 1 FROM store.search_word AS w WHERE w.word = n.word);

INSERT INTO store.search_posting (word_number, text_number, times)
SELECT w.word_number, u.text_number, u.times
FROM unindexed_word AS u
INNER JOIN store.search_word AS w USING (word)
ORDER BY u.text_number, w.word_number;

INSERT INTO store.search_text (text_number, article_id, version, words)
SELECT u.text_number, u.article_id, u.version, coalesce(sum(n.times), 0)::INTEGER
FROM unindexed AS u
LEFT JOIN unindexed_word AS n USING (text_number)
GROUP BY u.text_number, u.article_id, u.version
ORDER BY u.text_number;
