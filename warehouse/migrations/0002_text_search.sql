-- An index of words, kept by the loader at the end of each run. Numbers stand for words and texts, in the order in which they came:
-- such columns pack into a few bits, and a scan of the postings is what a search costs.

CREATE TABLE store.search_text (
    text_number INTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    words INTEGER NOT NULL
);
COMMENT ON TABLE store.search_text IS 'One row a text in the index of words; those of older versions stay and are passed over. Key: text_number.';
COMMENT ON COLUMN store.search_text.text_number IS 'Its number.';
COMMENT ON COLUMN store.search_text.article_id IS 'The article.';
COMMENT ON COLUMN store.search_text.version IS 'The version of the article.';
COMMENT ON COLUMN store.search_text.words IS 'Words in title and text.';

CREATE TABLE store.search_word (
    word_number INTEGER NOT NULL,
    word VARCHAR NOT NULL
);
COMMENT ON TABLE store.search_word IS 'One row a word of the index. Key: word_number; word is unique.';
COMMENT ON COLUMN store.search_word.word_number IS 'Its number.';
COMMENT ON COLUMN store.search_word.word IS 'In small letters without accents; a Chinese or Japanese character is a word.';

CREATE TABLE store.search_posting (
    word_number INTEGER NOT NULL,
    text_number INTEGER NOT NULL,
    times USMALLINT NOT NULL
);
COMMENT ON TABLE store.search_posting IS 'One row a word in a text. Key: word_number, text_number.';
COMMENT ON COLUMN store.search_posting.word_number IS 'The word.';
COMMENT ON COLUMN store.search_posting.text_number IS 'The text.';
COMMENT ON COLUMN store.search_posting.times IS 'How often it stands there; a word of the title counts five times.';
