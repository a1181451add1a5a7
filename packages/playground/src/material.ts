// Where the playground's committed material lies.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const material = join(projectRoot, 'fixtures', 'playground');
