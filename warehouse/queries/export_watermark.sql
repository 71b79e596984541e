SELECT max(fetched_at) FROM store.article;
