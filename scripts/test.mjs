// npm test: installs what is missing, builds what changed, runs the tests that need neither network nor Python.
// npm run test:deep: of those, the ones that take minutes. Files that are named are run, wherever they belong.
import { prepare, run } from './bootstrap.mjs';

await prepare();
const deep = process.argv.includes('--deep');
const asked = process.argv.slice(2).filter((arg) => arg !== '--deep');
const projects = deep ? ['deep'] : asked.length > 0 ? ['core', 'world', 'deep'] : ['core', 'world'];
const code = await run('vitest', ['run', ...projects.flatMap((name) => ['--project', name]), ...asked]);
if (deep) process.exit(code);
for (const [server, variables] of [
  ['Triton', ['TRITON_URL', 'TRITON_REPOSITORY']],
  ['vLLM', ['VLLM_URL', 'VLLM_ADAPTER']],
]) {
  const unset = variables.filter((name) => !process.env[name]);
  if (unset.length > 0)
    console.log(
      `skipped: the contract against a real ${server}, since ${unset.join(' and ')} ${unset.length === 1 ? 'is' : 'are'} not set; the double was held to it.`,
    );
}
process.exit(code);
