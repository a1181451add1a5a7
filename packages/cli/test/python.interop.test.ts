// `pawl eval` with Python of the repository: whose text runs on which side, what it may read, and what ends it.
// PAWL_INTEROP_PROGRAM_PYTHON names the interpreter: python3.
import { readInputs } from '@pawl/core';
import { promptRegressionInputs } from '@pawl/core/prompt-regression';
import { gitRepo } from '@pawl/testkit/git';
import { executePromptRegression } from '@pawl/wiring/prompt-regression';
import { openWorld } from '@pawl/wiring/world';
import { describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const interpreter = process.env['PAWL_INTEROP_PROGRAM_PYTHON'];
if (interpreter === undefined) console.warn('Python is not run: PAWL_INTEROP_PROGRAM_PYTHON names no interpreter.');

const suite = (assertions: string, more = 'providers: [echo]') =>
  `prompts: ['{{x}}']\n${more}\ntests:\n${Array.from({ length: 6 }, (_, index) => `  - {vars: {x: word ${index}}, metadata: {id: c${index}}}\n`).join('')}defaultTest:\n  assert:\n${assertions}`;

const contains = '    - {type: contains, value: word}\n';

interface Row {
  readonly side: string;
  readonly output: string;
  readonly pass: boolean;
  readonly error?: string;
}

const rowsOf = (out: string): readonly Row[] => (JSON.parse(out) as { readonly rows: readonly Row[] }).rows;

const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ');

async function repoOf(files: Readonly<Record<string, string>>) {
  const repo = await gitRepo(files);
  const environment = {
    ...repo.environment,
    PATH: process.env['PATH'] ?? '',
    HIDDEN: 'hidden-value',
    ALLOWED: 'allowed-value',
  };
  return {
    repo,
    eval: (...args: readonly string[]) =>
      pawlIn({ path: repo.path, environment }, 'eval', 'promptfooconfig.yaml', '--no-store', '--allow-python', ...args),
    environment,
    [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose](),
  };
}

describe.runIf(interpreter !== undefined)('pawl eval', () => {
  test('asks the program of the baseline as it was, with the modules it had', async () => {
    const config = suite(contains, "providers: ['python:bots/answer.py']");
    await using it = await repoOf({
      'promptfooconfig.yaml': config,
      'bots/answer.py':
        'from words import tone\ndef call_api(prompt, options, context):\n    return {"output": f"{tone} {prompt}"}\n',
      'bots/words.py': 'tone = "old"\n',
    });
    await it.repo.write({ 'bots/words.py': 'tone = "new"\n' });
    await it.repo.commit('another tone');
    const { out } = await it.eval('--baseline', 'HEAD~1', '--json');
    const said = (side: string) =>
      new Set(
        rowsOf(out)
          .filter((row) => row.side === side)
          .map(({ output }) => output.split(' ')[0]),
      );

    expect([said('candidate'), said('baseline')]).toEqual([new Set(['new']), new Set(['old'])]);
  });

  test('shows programs the variables that are allowed, and no others', async () => {
    const check =
      'import os\ndef get_assert(output, context):\n    names = [name for name in ("HIDDEN", "ALLOWED") if name in os.environ]\n    return {"pass": names == ["ALLOWED"], "score": 1, "reason": str(names)}\n';
    const bot =
      'import os\ndef call_api(prompt, options, context):\n    return {"output": prompt + str([name for name in ("HIDDEN", "ALLOWED") if name in os.environ])}\n';
    const config = suite('    - {type: python, value: file://check.py}\n', "providers: ['python:bot.py']");
    await using it = await repoOf({ 'promptfooconfig.yaml': config, 'check.py': check, 'bot.py': bot });
    const live = ['--no-baseline', '--json', '--record', 'all'];
    const allowed = rowsOf((await it.eval(...live, '--env', 'ALLOWED')).out);
    const bare = rowsOf((await it.eval(...live)).out);

    expect(allowed.map(({ pass, output }) => [pass, output.slice(6)])).toEqual(
      Array.from({ length: 6 }, () => [true, "['ALLOWED']"]),
    );
    expect(bare.map(({ pass, output }) => [pass, output.slice(6)])).toEqual(
      Array.from({ length: 6 }, () => [false, '[]']),
    );
  });

  test('a check that hangs or fails is an error with the lines of suite and program, under "not-" too', async () => {
    const check =
      'def get_assert(output, context):\n    while True: pass\ndef broken(output, context):\n    return context["nothing"]\n';
    await using it = await repoOf({
      'promptfooconfig.yaml': suite('    - {type: not-python, value: file://check.py}\n'),
      'broken.yaml': suite('    - {type: not-python, value: file://check.py:broken}\n'),
      'check.py': check,
    });
    const hanging = await it.eval('--no-baseline', '--timeout', '1', '--concurrency', '1');
    const broken = await pawlIn(
      { path: it.repo.path, environment: it.environment },
      'eval',
      'broken.yaml',
      '--no-store',
      '--allow-python',
      '--no-baseline',
    );

    expect([hanging.code, broken.code]).toEqual([3, 3]);
    expect(unwrapped(hanging.out)).toContain(
      'check.py:get_assert (promptfooconfig.yaml:12) did not answer within 1 s (check.py:2)',
    );
    expect(unwrapped(hanging.out)).toContain('is not run again');
    expect(unwrapped(broken.out)).toContain("check.py:broken (broken.yaml:12) raised KeyError: 'nothing' (check.py:4)");
  });

  test('the run of a fork replays answers, and starts no program for a check', async () => {
    const bot = 'def call_api(prompt, options, context):\n    return {"output": "said " + prompt}\n';
    await using it = await repoOf({
      'promptfooconfig.yaml': suite(contains, "providers: ['python:bot.py']"),
      'checked.yaml': suite("    - {type: python, value: \"open('ran', 'w').write(output)\"}\n"),
      'made.yaml': "prompts: ['{{x}}']\nproviders: [echo]\ntests: file://make.py\n",
      'make.py': 'open("ran", "w")\ndef generate_tests():\n    return []\n',
      'bot.py': bot,
    });
    expect(
      (
        await it.eval(
          '--no-baseline',
          '--threshold',
          '0.5',
          '--min-cases',
          '1',
          '--record',
          'missing',
          '--cassette',
          'a.cassette.jsonl',
        )
      ).code,
    ).toBe(0);
    const asFork = async (prompt: string) => {
      const read = readInputs(promptRegressionInputs, {
        prompt,
        baseline: 'none',
        threshold: '0.5',
        'min-cases': '1',
        cassette: 'a.cassette.jsonl',
        'allow-python': 'true',
      });
      await using world = await openWorld({
        root: it.repo.path,
        env: it.environment,
        progress: () => undefined,
        origin: { trust: 'fork' },
      });
      return (await executePromptRegression(read.value!, world)).report;
    };

    expect(await asFork('promptfooconfig.yaml')).toMatchObject({ verdict: 'pass' });
    for (const file of ['checked.yaml', 'made.yaml'])
      expect(await asFork(file), file).toMatchObject({
        verdict: 'error',
        problems: expect.arrayContaining([
          expect.objectContaining({ message: expect.stringContaining('the run of a fork starts none') }),
        ]),
      });
    await it.repo.write({ 'bot.py': `${bot}# another\n` });
    expect(await asFork('promptfooconfig.yaml')).toMatchObject({ verdict: 'error' });
    expect((await it.repo.git('status', '--porcelain')).includes('ran')).toBe(false);
  });

  test('shows nothing of the values that programs are given, in the run neither', async () => {
    const check =
      'import os\ndef get_assert(output, context):\n    return {"pass": False, "score": 0, "reason": "sent " + os.environ["ALLOWED"], "namedScores": {os.environ["ALLOWED"]: 1}}\ndef get_transform(output, context):\n    return output + os.environ["ALLOWED"]\n';
    const config = `${suite('    - {type: python, value: file://check.py}\n')}  options: {transform: file://check.py}\n`;
    await using it = await repoOf({ 'promptfooconfig.yaml': config, 'check.py': check });
    const { out } = await pawlIn(
      { path: it.repo.path, environment: it.environment },
      ...['eval', 'promptfooconfig.yaml', '--allow-python', '--no-baseline', '--env', 'ALLOWED', '--json'],
    );
    const ref = (await it.repo.git('for-each-ref', '--format=%(refname)', 'refs/pawl')).trim();
    const paths = (await it.repo.git('ls-tree', '-r', '--name-only', ref)).trim().split('\n');
    const stored = (await Promise.all(paths.map((path) => it.repo.git('show', `${ref}:${path}`)))).join('\n');

    expect(rowsOf(out)[0]).toMatchObject({ output: 'word 0[secret removed]', scores: { '***': 1 } });
    for (const text of [out, stored]) {
      expect(text).toContain('sent ***');
      expect(text).not.toContain('allowed-value');
    }
  });

  test('a thousand checks are made by one interpreter', async () => {
    const config = `prompts: ['{{x}}']\nproviders: [echo]\ntests: cases.csv\ndefaultTest:\n  assert:\n    - {type: python, value: file://check.py}\n`;
    const check =
      'import os\ndef get_assert(output, context):\n    return {"pass": True, "score": 1, "reason": str(os.getpid())}\n';
    const cases = `x\n${Array.from({ length: 1000 }, (_, index) => `word ${index}`).join('\n')}\n`;
    await using it = await repoOf({ 'promptfooconfig.yaml': config, 'check.py': check, 'cases.csv': cases });
    const { out } = await it.eval('--no-baseline', '--json');
    const { rows } = JSON.parse(out) as {
      rows: readonly { pass: boolean; assertions: readonly { reason: string }[] }[];
    };

    expect(rows.filter(({ pass }) => pass)).toHaveLength(1000);
    expect(new Set(rows.map(({ assertions: [first] }) => first?.reason)).size).toBeLessThanOrEqual(2);
  });
});

describe.runIf(interpreter !== undefined)('pawl prompt', () => {
  const cases =
    'def generate_tests():\n    return [{"vars": {"mail": str(n)}, "assert": [{"type": "python", "value": "\'spam\' in output"}]} for n in range(20)]\n';
  const files = {
    'evals/sort.yaml': "prompts: ['file://sort.txt']\nproviders: ['python:bot.py']\ntests: file://make.py\n",
    'evals/sort.txt': 'Say spam of {{mail}}',
    'evals/make.py': cases,
    'evals/bot.py':
      'from words import tone\ndef call_api(prompt, options, context):\n    return {"output": tone + prompt.replace("spam", "")}\n',
    'evals/words.py': 'tone = "spam"\n',
  };
  const allowed = ['--allow-python', '--json'];

  test('bisect runs the provider as each version has it, and finds the module that broke it', async () => {
    await using it = await repoOf(files);
    const first = (await it.repo.git('rev-parse', 'HEAD')).trim();
    await it.repo.commit('reword', { 'evals/sort.txt': 'Say spam of {{ mail }}' });
    await it.repo.commit('break', { 'evals/words.py': 'tone = "ham"\n' });
    await it.repo.commit('polish', { 'evals/sort.txt': 'Please say spam of {{mail}}' });
    await it.repo.write({ 'evals/words.py': 'raise Exception("of the work tree")\n' });
    const folder = { path: it.repo.path, environment: it.environment };
    const { code, out } = await pawlIn(folder, 'prompt', 'bisect', 'evals/sort.yaml', '--good', first, ...allowed);

    expect([code, JSON.parse(out)]).toMatchObject([0, { found: [{ subject: 'break' }] }]);
  });

  test('mutate judges each breakage by checks in Python', async () => {
    const system = 'Say spam. Thank you.';
    await using it = await repoOf({
      ...files,
      'sort.prompt.yml': `model: small\nmessages:\n  - {role: system, content: "${system}"}\n  - {role: user, content: "{{mail}}"}\n`,
      'sort.yaml': `prompts: ['file://sort.prompt.yml']\nproviders: [echo]\ntests: file://evals/many.py\n`,
      'evals/many.py': cases.replace('range(20)', 'range(60)'),
    });
    const folder = { path: it.repo.path, environment: it.environment };
    const { code, out } = await pawlIn(
      folder,
      ...['prompt', 'mutate', 'sort.prompt.yml', '--suite', 'sort.yaml', '--limit', '2', ...allowed],
    );

    expect([code, JSON.parse(out)]).toMatchObject([0, { noticed: 1, unnoticed: 1, untried: 0 }]);
  });
});
