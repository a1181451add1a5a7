// npm test: installs what is missing, builds what changed, runs every test that needs neither network nor Python.
import { prepare, run } from './bootstrap.mjs';

await prepare();
const code = await run('vitest', ['run', ...process.argv.slice(2)]);
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
