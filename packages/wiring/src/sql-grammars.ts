// SQL by the grammars of node-sql-parser: 90 MB as a package, of which a dialect needs one file of a quarter of a megabyte.
// They are fetched once, as native engines are: through the user's own npm, and unpacked only with the hashes below.
//
// Each runs in a thread of its own, which is ended when a statement takes too long: some nestings keep it busy for years.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ScoreFailure, SqlReading, SqlRules } from '@pawl/core/scorers';
import { NativeEngineError, resolveNativeEngine } from '@pawl/wire';

export interface SqlGrammars {
  read(sql: string, rules: SqlRules): Promise<SqlReading | ScoreFailure>;
  close(): Promise<void>;
}

export interface SqlOptions {
  readonly toolCache: string;
  readonly progress?: (message: string) => void;
  /** The npm to ask; by default the one on the path. */
  readonly npm?: string;
  /** Of one statement, once the grammar is loaded. 2000. */
  readonly timeLimitMs?: number;
}

/** A query that people read has a few thousand. */
const longest = 200_000;

const numbers = {
  package: 'big-integer',
  version: '1.6.52',
  integrity: 'sha512-QxD8cf2eVqJOOz63z6JIN9BzvVs/dlySa5HGSBH5xtR8dPteIRQnBxxKqkNTiT6jbDTF6jAfrd4oMcND9RGbQg==',
};

const parser = {
  package: 'node-sql-parser',
  version: '5.4.0',
  integrity: 'sha512-jVe6Z61gPcPjCElPZ6j8llB3wnqGcuQzefim1ERsqIakxnEy5JlzV7XKdO1KmacRG5TKwPc4vJTgSRQ0LfkbFw==',
  needs: [numbers],
  keeps: (path: string) => /^build\/[a-z0-9]+\.js$/.test(path),
};

export function sqlGrammars(options: SqlOptions): SqlGrammars {
  const threads = new Map<string, Promise<Worker>>();
  const turns = new Map<string, Promise<unknown>>();
  let fetched: Promise<unknown> = Promise.resolve();
  const { timeLimitMs = 2000 } = options;

  const threadOf = (database: string): Promise<Worker> => {
    const known = threads.get(database);
    if (known !== undefined) return known;
    // One after the other: two dialects at once would both fetch the package.
    const source = fetched.then(() => sourceOf(database.toLowerCase(), options));
    fetched = source.catch(() => undefined);
    const opening = source.then(startThread);
    threads.set(database, opening);
    return opening;
  };

  const readIn = async (sql: string, rules: SqlRules): Promise<SqlReading | ScoreFailure> => {
    const { database } = rules;
    try {
      const reply = await asked(await threadOf(database), [sql, rules], timeLimitMs);
      if (reply !== undefined) return reply;
    } catch (error) {
      // What could not be fetched once is not asked for again by each case.
      if (error instanceof NativeEngineError)
        return { failure: `the parser of SQL cannot be had: ${error.message}`, hint: error.hint };
      threads.delete(database);
      const why = error instanceof Error ? error.message : String(error);
      return { failure: `the parser of ${database} ended: ${why}`, hint: 'Is the output one statement of usual size?' };
    }
    void (await threads.get(database))?.terminate();
    threads.delete(database);
    const failure = `the parser of ${database} needed more than ${timeLimitMs} ms`;
    return { failure, hint: 'Is the output one statement of usual size?' };
  };

  return {
    // One statement after another in each thread, so that each has the time it is given.
    read: (sql, rules) => {
      if (sql.length > longest) {
        const failure = `the output has more than ${longest} characters, and is not read as SQL`;
        return Promise.resolve({ failure, hint: 'Ask the model for the statement alone.' });
      }
      const turn = (turns.get(rules.database) ?? Promise.resolve()).then(() => readIn(sql, rules));
      turns.set(rules.database, turn);
      return turn;
    },
    close: async () => {
      const started = await Promise.allSettled(threads.values());
      await Promise.all(started.map((each) => (each.status === 'fulfilled' ? each.value.terminate() : undefined)));
    },
  };
}

/** Undefined when it took too long. @throws when the thread ends */
async function asked(
  thread: Worker,
  question: readonly unknown[],
  timeLimitMs: number,
): Promise<SqlReading | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeLimitMs, undefined);
  });
  const answer = said(thread) as Promise<SqlReading>;
  // Where time runs out nobody waits for it any more.
  answer.catch(() => undefined);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  thread.postMessage(question);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** What a thread says next. @throws what it ends with */
function said(thread: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      thread.off('error', onError);
      resolve(message);
    };
    const onError = (error: unknown): void => {
      thread.off('message', onMessage);
      reject(error);
    };
    thread.once('message', onMessage).once('error', onError);
  });
}

/** Resolves when the grammar is loaded: a slow machine's time for that is nobody's statement. */
async function startThread(source: string): Promise<Worker> {
  const thread = new Worker(source, {
    eval: true,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 4 },
  });
  await said(thread);
  // A statement's timer keeps the process for its answer; nothing else should.
  thread.unref();
  return thread;
}

/** @param dialect as the package names its files: `mysql`, `postgresql` */
async function sourceOf(dialect: string, { toolCache, progress, npm }: SqlOptions): Promise<string> {
  const place = { toolCache, ...(progress !== undefined && { progress }), ...(npm !== undefined && { npm }) };
  const file = await resolveNativeEngine({ ...parser, ...place, file: `build/${dialect}.js` });
  const root = dirname(dirname(file));
  const library = await readFile(join(root, 'node_modules', numbers.package, 'BigInteger.js'), 'utf8').catch(() =>
    readFile(join(dirname(root), numbers.package, 'BigInteger.js'), 'utf8'),
  );
  return joined(library, await readFile(file, 'utf8'));
}

/** One script, to which the one thing that it would load is handed. */
const joined = (library: string, grammar: string): string => `const numbers = (() => {
  const module = { exports: {} };
  ${library}
  return module.exports;
})();
const { Parser } = ((require, exports) => {
${grammar}
  return exports;
})(() => numbers, {});
const parser = new Parser();
${answering}`;

/** What the thread does with each statement. */
const answering = `
const found = (sql, database, read) => {
  try { return (read(parser.parse(sql, { database })) || []).slice(0, 50).map(String); } catch { return []; }
};
const check = (sql, database, type, names) => {
  if (names === undefined) return undefined;
  try { parser.whiteListCheck(sql, names, { database, type }); return undefined; } catch (error) {
    return { found: found(sql, database, (parsed) => parsed[type + 'List']), why: String(error.message).slice(0, 300) };
  }
};
const { parentPort } = process.getBuiltinModule('node:worker_threads');
parentPort.on('message', ([sql, { database, tables, columns }]) => {
  let parsed = true;
  try { parser.astify(sql, { database }); } catch { parsed = false; }
  parentPort.postMessage({
    parsed,
    tables: check(sql, database, 'table', tables),
    columns: check(sql, database, 'column', columns),
  });
});
parentPort.postMessage('ready');
`;
