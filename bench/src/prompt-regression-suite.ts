// A suite with an instant model. Run as a program it evaluates once and prints the memory it took, in bytes.
import { createHash } from 'node:crypto';
import { readInputs, type ModelProvider } from '@pawl/core';
import { checkPrompts, promptRegressionInputs } from '@pawl/core/prompt-regression';
import { fakeContext, fakeWorkspace, memoryHistory, memoryRegistry } from '@pawl/core/testing';

const commit = 'b'.repeat(40);
const path = 'prompts/triage.prompt.yml';

const promptText = (system: string): string => `model: instant
messages:
  - {role: system, content: "${system}"}
  - {role: user, content: "{{text}}"}
evaluators:
  - {name: label, string: {contains: "{{expected}}"}}
x-pawl: {testData: data/cases.jsonl}
`;

/** Microseconds of processor time of one evaluation of both sides: reading, asking, judging and reporting. */
export async function evaluateSuite(cases: number): Promise<number> {
  const rows = Array.from({ length: cases }, (_, index) =>
    JSON.stringify({ id: `case-${index}`, text: `Mail ${index}: ${'a few words '.repeat(40)}`, expected: 'spam' }),
  );
  const workspace = fakeWorkspace({
    [path]: promptText('Answer spam or ham, once.'),
    'data/cases.jsonl': rows.join('\n'),
  });
  const old = { [path]: promptText('Answer spam or ham.') };
  const history = memoryHistory({ commits: [{ commit, parents: [], time: 0, files: old }], refs: { main: commit } });
  const provider: ModelProvider = {
    id: 'instant',
    complete: async () => ({ text: 'This is spam.', finishReason: 'stop', reused: false }),
  };
  const written = { prompt: path, baseline: 'main', 'base-url': 'http://instant/v1' };
  const inputs = readInputs(promptRegressionInputs, written).value;
  if (inputs === undefined) throw new Error('the benchmark has wrong inputs');
  const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
  const openProvider = async () => ({ value: provider, problems: [] });
  const started = process.cpuUsage();
  const ports = { workspace, history, registry: memoryRegistry(), openProvider };
  const { report } = await checkPrompts(inputs, ports, fakeContext({ sha256 }));
  const { user, system } = process.cpuUsage(started);
  if (report.verdict !== 'pass' || report.n !== cases)
    throw new Error(`the benchmark judged nothing: ${report.headline}`);
  return user + system;
}

if (import.meta.main) {
  await evaluateSuite(Number(process.argv[2]));
  console.log(process.resourceUsage().maxRSS * 1024);
}
