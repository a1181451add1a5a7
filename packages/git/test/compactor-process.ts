// A compactor as a process of its own, to be killed.
import { openStore } from '../src/index.ts';

const [, , repository = '', cacheDir = ''] = process.argv;
await using store = await openStore({ repository, remote: 'origin', cacheDir });
await store.compact();
