-- Ranked text search by BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75), in plain SQL over the postings: it needs no extension.
CREATE OR REPLACE MACRO search_words(said) AS
    regexp_extract_all(lower(strip_accents(said)), '[\x{3040}-\x{30ff}\x{3400}-\x{9fff}]|[\p{L}\p{N}]+');

CREATE OR REPLACE MACRO search(said) AS TABLE
WITH asked AS (
    SELECT word_number FROM store.search_word WHERE word IN (SELECT unnest(search_words(said)))
),
corpus AS (
    SELECT count(*) AS texts, greatest(avg(words), 1) AS mean_words FROM store.search_text
),
hit AS (
    SELECT word_number, text_number, times FROM store.search_posting WHERE word_number IN (SELECT word_number FROM asked)
),
rarity AS (
    SELECT h.word_number, ln(1 + (any_value(c.texts) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
    FROM hit AS h, corpus AS c
    GROUP BY h.word_number
),
scored AS (
    SELECT
        h.text_number,
        sum(r.weight * h.times * 2.2 / (h.times + 1.2 * (0.25 + 0.75 * t.words / c.mean_words))) AS score,
        count(*) AS words_found
    FROM hit AS h
    INNER JOIN rarity AS r USING (word_number)
    INNER JOIN store.search_text AS t USING (text_number)
    CROSS JOIN corpus AS c
    GROUP BY h.text_number
)
SELECT t.article_id, s.score, s.words_found, a.site, a.title, a.published_at, a.canonical_url
FROM scored AS s
INNER JOIN store.search_text AS t USING (text_number)
INNER JOIN store.article AS a ON a.article_id = t.article_id AND a.version = t.version
ORDER BY s.score DESC, t.article_id;

COMMENT ON MACRO search_words IS 'The words of a text as the index of words has them.';
COMMENT ON MACRO TABLE search IS 'The articles that say these words, the best first: FROM search(''dredger court'') LIMIT 10. score is BM25 over title and text.';
