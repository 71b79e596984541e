SELECT scope, until FROM store.host_wait WHERE until > $now;
