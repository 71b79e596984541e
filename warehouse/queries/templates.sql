-- The template text of the sites of the articles that are being settled.
SELECT site, list(block_key)
FROM store.template_block
WHERE site IN (SELECT site FROM store.article WHERE article_number IN (SELECT article_number FROM unsettled))
GROUP BY site;
