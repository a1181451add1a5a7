// Users' Python in a real interpreter. PAWL_INTEROP_PROGRAM_PYTHON names it: python3.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inPlaceOfVariable, type ScriptRequest, type ScriptResult } from '@pawl/core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pythonRunner, type PythonOptions } from '../src/python/index.ts';

const interpreter = process.env['PAWL_INTEROP_PROGRAM_PYTHON'];
if (interpreter === undefined) console.warn('Python is not run: PAWL_INTEROP_PROGRAM_PYTHON names no interpreter.');

interface Opened {
  readonly folder: string;
  run(request: ScriptRequest): Promise<ScriptResult>;
  /** A function of a file of that text. */
  call(source: string, name: string, ...args: readonly unknown[]): Promise<ScriptResult>;
  /** Inline code with `output` and `context`. */
  inline(code: string, output: unknown, shape?: string): Promise<ScriptResult>;
  close(): Promise<void>;
}

async function open(options: Partial<PythonOptions> & { readonly workers?: number } = {}): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-python-'));
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], PROMPTFOO_PYTHON: interpreter } as const;
  const runner = pythonRunner({
    resolve: async (path) => join(folder, path),
    environment: (name) => (environment as Readonly<Record<string, string | undefined>>)[name],
    ...options,
  });
  onTestFinished(async () => {
    await runner.close();
    await rm(folder, { recursive: true, force: true });
  });
  const program = {
    folder: '.',
    environment: { GIVEN: 'a-given-value', LINES: 'BEGIN KEY\nabc\nEND KEY' },
    ...(options.workers !== undefined && { workers: options.workers }),
  };
  const run = (request: ScriptRequest) => runner.run({ program, ...request });
  return {
    folder,
    run,
    call: (source, name, ...args) =>
      run({ code: '', variables: {}, module: { source, file: 'checks/check.py', export: name, args } }),
    inline: (code, output, shape) =>
      run({
        code,
        variables: { output, context: { vars: { x: 1 } } },
        python: { name: 'promptfooconfig.yaml:7', ...(shape !== undefined && { shape }) },
      }),
    close: () => runner.close(),
  };
}

const pathOf = async (program: string): Promise<string> =>
  execFileSync(program, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();

const failureOf = (result: ScriptResult): string =>
  'failure' in result ? result.failure : `gave ${String(result.value)}`;

describe.runIf(interpreter !== undefined)('a file', () => {
  test('gives what its function returns', async () => {
    const { call } = await open();
    const source =
      'def check(output, context):\n    return {"score": len(output) / 10, "text": output + "ü\\ud800", "none": None}\n';

    expect(await call(source, 'check', 'grüß😀', {})).toEqual({
      value: { score: 0.5, text: 'grüß😀ü\ud800', none: null },
    });
  });

  test('may be asynchronous, or a method of a class', async () => {
    const { call } = await open();
    const source =
      'import asyncio\nclass Check:\n    @staticmethod\n    async def run(a):\n        await asyncio.sleep(0)\n        return a + 1\n';

    expect(await call(source, 'Check.run', 4)).toEqual({ value: 5 });
  });

  test('prints what it likes, and reads nothing from us', async () => {
    const { call } = await open();
    const source =
      'import sys\nprint("at import")\ndef check(a):\n    print("{\\"value\\": true}", flush=True)\n    print("no line end", end="", file=sys.stderr)\n    return sys.stdin.read() + a\n';

    expect(await call(source, 'check', 'x')).toEqual({ value: 'x' });
  });

  test('imports the modules that were read with it, and no others of their names', async () => {
    const opened = await open();
    await writeFile(join(opened.folder, 'words.py'), 'answer = "of the disk"\n');
    const module = {
      source:
        'import words, lists.first\nfrom lists import second\ndef check():\n    return [words.answer, lists.first.answer, second.answer]\n',
      file: 'check.py',
      export: 'check',
      args: [],
      modules: [
        { name: 'words', file: 'words.py', source: 'answer = "as read"\n' },
        { name: 'lists', file: 'lists/__init__.py', source: '' },
        { name: 'lists.first', file: 'lists/first.py', source: 'from . import second\nanswer = second.answer + 1\n' },
        { name: 'lists.second', file: 'lists/second.py', source: 'answer = 1\n' },
      ],
    };

    expect(await opened.run({ code: '', variables: {}, module })).toEqual({ value: ['as read', 2, 1] });
  });

  test('finds modules on the disk that nobody could foresee', async () => {
    const opened = await open();
    await writeFile(join(opened.folder, 'late.py'), 'answer = 7\n');
    const module = {
      source: 'import importlib\ndef check():\n    return importlib.import_module("late").answer\n',
      file: 'check.py',
      export: 'check',
      args: [],
    };

    expect(await opened.run({ code: '', variables: {}, module })).toEqual({ value: 7 });
  });

  test('runs beside the suite with a bare environment', async () => {
    const { call, folder } = await open();
    const source =
      'import os\ndef check():\n    return [os.getcwd(), sorted(name for name in os.environ if name not in ("LC_CTYPE", "__CF_USER_TEXT_ENCODING"))]\n';

    expect(await call(source, 'check')).toEqual({ value: [folder, ['GIVEN', 'HOME', 'LINES', 'PATH']] });
  });

  test('is told which folder is missing, where its suite has none any more', async () => {
    const { run } = await open();
    const program = { folder: 'gone/suite', environment: {} };

    expect(await run({ code: 'True', variables: {}, python: { name: 'a' }, program })).toEqual({
      failure: 'cannot be run: there is no folder "gone/suite" here, in which the suite lies',
    });
  });

  test('stays loaded from call to call', async () => {
    const { call } = await open();
    const source =
      'import os\nloaded = []\nloaded.append(1)\ndef check():\n    loaded.append(2)\n    return [os.getpid(), len(loaded)]\n';
    const [first, second] = [await call(source, 'check'), await call(source, 'check')];

    expect('value' in first && (first.value as number[])[1]).toBe(2);
    expect(second).toEqual({ value: ['value' in first && (first.value as number[])[0], 3] });
  });
});

describe.runIf(interpreter !== undefined)('inline code', () => {
  test('is an expression on one line, and a body on several', async () => {
    const { inline } = await open();

    expect(await inline('len(output) > 3 and context["vars"]["x"] == 1', 'four')).toEqual({ value: true });
    expect(await inline('if output:\n  import math\n  return math.sqrt(4)\nreturn json.dumps(0)', 'x')).toEqual({
      value: 2,
    });
    expect(await inline('True\n', 'x')).toEqual({ value: null });
  });

  const mark = inPlaceOfVariable;
  const refused = /a variable is more than a text or a number/;
  test.each([
    ["'O\\'Hara' in output", `'${mark}' in output`, true],
    ["output.startswith('O') and 'H' in output", `output.startswith('O') and '${mark}' in output`, true],
    ['len(output) > -3.5', `len(output) > ${mark}`, true],
    ["output == 'x'", `output == ${mark}`, false],
    ["f'{output} of 5' == 'x'", `f'{output} of ${mark}' == 'x'`, false],
    ["f'{output}' == 'x'", `f'${mark}{output}' == 'x'`, false],
    ["output == 'a' or True or 'a'", `output == '${mark}'`, refused],
    ["output == __import__('os').getcwd()", `output == ${mark}`, refused],
    ["f'{output.upper()}' == 'x'", `f'${mark}' == 'x'`, refused],
    ["output == 'it's'", `output == '${mark}'`, /raised SyntaxError/],
    ['len(output) > 3', mark, refused],
    ['# \nreturn True\nreturn False', `# ${mark}\nreturn False`, refused],
    // What stands beside a variable is the author's: a value that closes its text and comments the rest out changes it.
    ['"x" != "" and "zzz" not in output # "', `"${mark}" != "" and "SECRET" not in output`, refused],
    ['len("x") < 99999 #") < 5', `len("${mark}") < 5`, refused],
    ['open("x", "w") #", "r")', `open("${mark}", "r")`, refused],
    ['dict(a="x", shell=True)', `dict(a="${mark}", shell=False)`, refused],
    ['output == True', `output == ${mark}`, refused],
    ["output == 'prefix but another'", `output == 'prefix of ${mark}'`, refused],
  ] as const)('%s is run only where variables are constants', async (code, shape, expected) => {
    const { inline } = await open();
    const result = await inline(code, "O'Hara", shape);

    if (typeof expected === 'boolean') expect(result).toEqual({ value: expected });
    else expect(failureOf(result)).toMatch(expected);
  });
});

describe.runIf(interpreter !== undefined)('what goes wrong', () => {
  test.each([
    ['def check():\n    x = 0\n    return 1 / x\n', 'raised ZeroDivisionError: division by zero (checks/check.py:3)'],
    [
      'import nothing_of_this_name\ndef check(): pass\n',
      "cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name' (checks/check.py:1)",
    ],
    ['def check(:\n', 'cannot be loaded: SyntaxError: invalid syntax (checks/check.py:1)'],
    ['def chek(): pass\n', 'raised AttributeError: there is no function "check"; there is chek'],
    ['def check():\n    return {1, 2}\n', 'raised TypeError: Object of type set is not JSON serializable'],
    ['def check():\n    return float("nan")\n', 'raised ValueError: Out of range float values are not JSON compliant'],
    ['import sys\ndef check():\n    sys.exit(0)\n', 'raised SystemExit: 0 (checks/check.py:3)'],
    [
      'def check():\n    raise ValueError("key a-given-value\\n\\u202eis wrong")\n',
      'raised ValueError: key *** is wrong (checks/check.py:2)',
    ],
    [
      'import os\ndef check():\n    raise ValueError("key " + os.environ["LINES"])\n',
      'raised ValueError: key *** (checks/check.py:3)',
    ],
    [
      'import os\ndef check():\n    raise ValueError("x" * 590 + os.environ["GIVEN"] * 50)\n',
      `raised ValueError: ${'x'.repeat(590)}${'*'.repeat(10)} (checks/check.py:3)`,
    ],
    [
      'import os\ndef check():\n    os.write(2, b"x" * 7 + os.environ["GIVEN"].encode() + b"y" * 2000)\n    os._exit(3)\n',
      `ended with code 3: xxxxxxx***${'y'.repeat(600 - 'ended with code 3: xxxxxxx***'.length)}`,
    ],
    [
      'def check():\n    return check()\n',
      'raised RecursionError: maximum recursion depth exceeded (checks/check.py:2)',
    ],
    ['import os\ndef check():\n    os._exit(3)\n', 'ended with code 3'],
    ['import os, signal\ndef check():\n    os.kill(os.getpid(), signal.SIGSEGV)\n', /^ended with SIGSEGV/],
  ])('%j is told with its line', async (source, expected) => {
    const { call } = await open();

    expect(failureOf(await call(source, 'check'))).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  test('a line of inline code is counted from its own first', async () => {
    const { inline } = await open();

    expect(failureOf(await inline('x = 1\nreturn x / 0', 'a'))).toBe(
      'raised ZeroDivisionError: division by zero (line 2 of the code)',
    );
    expect(failureOf(await inline('output / 0', 'a'))).toMatch(/^raised TypeError: .* \(in its one line\)$/);
  });

  test('a call that hangs is ended with everything it started, and the line is told', async () => {
    const { call, folder } = await open({ timeLimitMs: 1500 });
    const source = `import subprocess, sys, time
def check(path):
    subprocess.Popen([sys.executable, "-c", "import time,sys; time.sleep(2.5); open(sys.argv[1], 'w').write('alive')", path])
    while True:
        time.sleep(0.01)
`;
    const file = join(folder, 'alive');

    expect(failureOf(await call(source, 'check', file))).toMatch(
      /^did not answer within 1\.5 s \(checks\/check\.py:5\)$/,
    );
    await sleep(2000);
    await expect(access(file)).rejects.toThrow('ENOENT');
    expect(await call('def check(a):\n    return a\n', 'check', 1)).toEqual({ value: 1 });
  });

  test('what hangs again and again is not run again, and what else is in its file is', async () => {
    const { call } = await open({ timeLimitMs: 300 });
    const source = 'import time\ntime.sleep(0.5)\ndef check():\n    while True: pass\ndef other():\n    return 1\n';
    for (let turn = 0; turn < 3; turn++) expect(failureOf(await call(source, 'check'))).toMatch(/^did not answer/);

    expect(failureOf(await call(source, 'check'))).toMatch(/3 times before, and is not run again$/);
    expect(await call(source, 'other')).toEqual({ value: 1 });
  });

  test('a worker that dies is replaced', async () => {
    const { call } = await open();
    const source = 'import os\ndef check(die):\n    return os._exit(1) if die else "well"\n';

    for (let turn = 0; turn < 5; turn++) {
      expect(failureOf(await call(source, 'check', true))).toBe('ended with code 1');
      expect(await call(source, 'check', false)).toEqual({ value: 'well' });
    }
  });

  test('an answer without end is cut off', async () => {
    const { call } = await open({ outputLimit: 10_000 });

    expect(failureOf(await call('def check():\n    return "x" * 20000\n', 'check'))).toBe('gave more than 10000 bytes');
    const flood = 'import os\ndef check():\n    while True: os.write(4, b"x" * 4096)\n';
    expect(failureOf(await call(flood, 'check'))).toBe('gave more than 110000 bytes');
  });

  test('a process that splits answers once', async () => {
    const { call } = await open();
    const source = 'import os\ndef check(a):\n    os.fork()\n    return a\n';

    for (const turn of [1, 2, 3]) expect(await call(source, 'check', turn)).toEqual({ value: turn });
  });

  test('a text in the place of an answer is no answer', async () => {
    const { call } = await open();
    const source = (text: string) => `import os\ndef check():\n    os.write(4, b"${text}")\n    return True\n`;

    for (const text of ['nonsense\\n', '0 {}\\n', '\\n\\n\\n'])
      expect(failureOf(await call(source(text), 'check')), text).toMatch(/^wrote into the answers/);
    // What it says of itself is its own business, and goes no further.
    const forged = source('1 {\\"value\\": 2}\\n1 {}\\n');
    await call(forged, 'check');
    expect(await call(forged, 'check')).not.toEqual({ value: 2 });
  });
});

/** Somebody who runs one check of that text and closes the runner. */
function processThatCalls(source: string, folder: string): ChildProcess {
  const code = `const { pythonRunner } = await import(${JSON.stringify(new URL('../src/python/index.ts', import.meta.url).href)});
const runner = pythonRunner({ resolve: async () => ${JSON.stringify(folder)}, environment: (name) => process.env[name] });
await runner.run({ code: '', variables: {}, module: { source: ${JSON.stringify(source)}, file: 'check.py', export: 'check', args: [] } });
await runner.close();`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env['PATH'], PROMPTFOO_PYTHON: interpreter },
    stdio: 'ignore',
  });
}

const numberIn = (file: string): Promise<number> =>
  vi.waitFor(async () => Number(await readFile(file, 'utf8')) || Promise.reject(new Error('not yet')), 20_000);

describe.runIf(interpreter !== undefined)('many calls', () => {
  test('that are quick share one worker', async () => {
    const { call } = await open({ workers: 8 });
    const source = 'import os\ndef check(a):\n    return os.getpid()\n';
    await call(source, 'check', 0);
    const given = await Promise.all(Array.from({ length: 300 }, (_, index) => call(source, 'check', index)));

    expect(new Set(given.map((each) => JSON.stringify(each))).size).toBeLessThanOrEqual(2);
  });

  test('that wait run side by side, up to the number that is asked for', async () => {
    const { call } = await open({ workers: 4 });
    const source = 'import os, time\ndef check(a):\n    time.sleep(0.25)\n    return [a, os.getpid()]\n';
    const given = await Promise.all(Array.from({ length: 12 }, (_, index) => call(source, 'check', index)));
    const values = given.map((each) => ('value' in each ? (each.value as number[]) : []));

    expect(values.map(([index]) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(new Set(values.map(([, pid]) => pid)).size).toBe(4);
  });

  test('that hang end with whoever asked for them, however that ended', async () => {
    const { folder } = await open();
    const file = join(folder, 'pid');
    const source = `import os\ndef check():\n    open(${JSON.stringify(file)}, "w").write(str(os.getpid()))\n    while True: pass\n`;
    const parent = processThatCalls(source, folder);
    const pid = await numberIn(file);
    parent.kill('SIGKILL');

    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 20_000);
  });

  test('keep nobody waiting by what they started in a session of its own', { timeout: 60_000 }, async () => {
    const { folder } = await open();
    const file = join(folder, 'pid');
    const source = `import subprocess, sys\ndef check():\n    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)\n    open(${JSON.stringify(file)}, "w").write(str(child.pid))\n    return True\n`;
    const parent = processThatCalls(source, folder);
    const ended = once(parent, 'exit');
    const pid = await numberIn(file);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));

    expect(await ended).toEqual([0, null]);
    // It has our error stream still, and lives.
    expect(process.kill(pid, 0)).toBe(true);
  });

  test('may name the interpreter beside the suite', async () => {
    const { folder, run } = await open();
    await symlink(interpreter === undefined ? '' : await pathOf(interpreter), join(folder, 'own-python'));
    const program = { folder: '.', environment: {}, executable: './own-python' };

    expect(
      await run({ code: 'len(output)', variables: { output: 'abc', context: {} }, python: { name: 'a' }, program }),
    ).toEqual({
      value: 3,
    });
  });

  test('leave no process behind', async () => {
    const { call, close } = await open({ workers: 2 });
    const result = await call('import os\ndef check():\n    return os.getpid()\n', 'check');
    const pid = 'value' in result ? (result.value as number) : 0;
    expect(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'there')).not.toBe('');
    await close();

    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
