// npm run fix: formats, applies lint fixes, and writes the generated files anew.
import { must, prepare } from './bootstrap.mjs';

await prepare({ build: false });
await must('oxfmt', ['.']);
await must('oxlint', ['--fix']);
await must('vitest', ['run', 'actions', '--update']);
