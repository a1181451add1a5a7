// A gate's world in memory: files, one registered version, a store, and a model whose answers follow from its bytes.
import { createHash } from 'node:crypto';
import type { DataEngine, ModelScorer, ModelScores, Outcome, Problem, RunContext, Store } from '@pawl/core';
import { evalGateInputs, gateModel, type GateWorld } from '@pawl/core/eval-gate';
import { fakeClock, fakeContext, fakeIds, fakeWorkspace, memoryStore } from '@pawl/core/testing';
import { readInputs } from '../../src/formats/inputs.ts';

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;
const never = () => Promise.reject(new Error('the gate writes nothing'));

export type Files = Record<string, string>;

/** A model is a number: how much noise it sees the feature through. */
export function noiseScorer(): ModelScorer & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    load: async (bytes, name) => ({
      signature: { inputs: [{ name: 'x', type: 'float64', width: 1 }], outputs: ['probabilities'] },
      score: async ({ x }, rows): Promise<ModelScores> => {
        ran.push(name);
        const noise = Number(new TextDecoder().decode(bytes));
        const probabilities = new Float64Array(rows * 2);
        for (let row = 0; row < rows; row++) {
          const chance = 1 / (1 + Math.exp(-Number((x as Float64Array)[row]) - noise * Math.sin(row * 78.233)));
          probabilities.set([1 - chance, chance], row * 2);
        }
        return { probabilities, classes: 2 };
      },
      close: async () => {},
    }),
  };
}

/** The same model as one that says a number a row. */
export function numberScorer(): ReturnType<typeof noiseScorer> {
  const { ran, load } = noiseScorer();
  return {
    ran,
    load: async (bytes, name) => {
      const model = await load(bytes, name);
      return {
        ...model,
        score: async (columns, rows) => {
          const { probabilities } = await model.score(columns, rows);
          const values = Float64Array.from({ length: rows }, (_, row) => probabilities[row * 2 + 1]!);
          return { probabilities, classes: 2, values };
        },
      };
    },
  };
}

/** 200 rows: an id, a label, and the feature that it follows from. */
export const rowsCsv = (label = 'label'): string =>
  `id,${label},x\n${Array.from({ length: 200 }, (_, row) => {
    const x = 2 * Math.sin(row * 12.9898);
    return `r${String(row).padStart(3, '0')},${x + Math.sin(row * 43.1) > 0 ? 1 : 0},${x.toFixed(6)}\n`;
  }).join('')}`;

/** Answers the gate's statements from CSV texts. */
function csvEngine(files: Files): DataEngine {
  const views = new Map<string, Record<string, string>[]>();
  const column = (sql: string): string[] => {
    const [, name = '', view = '', id = ''] =
      /^SELECT CAST\("(.+?)" AS \w+\) FROM "(.+?)" ORDER BY "(.+?)"$/.exec(sql) ?? [];
    const rows = views.get(view);
    if (rows === undefined) throw new Error(`not a statement of the gate: ${sql}`);
    return rows.toSorted((a, b) => (a[id]! < b[id]! ? -1 : 1)).map((row) => row[name]!);
  };
  return {
    attach: async (view, file) => {
      const [header = '', ...lines] = (files[file.replace('/workspace/', '')] ?? '').trimEnd().split('\n');
      const names = header.split(',');
      views.set(
        view,
        lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index]!, cell]))),
      );
      return names.map((name) => ({ name, type: 'VARCHAR' }));
    },
    query: never,
    numbers: async (sql) => Float64Array.from(column(sql), Number),
    texts: async (sql) => {
      const [, name, view = ''] = /^SELECT DISTINCT CAST\("(.+)" AS VARCHAR\) FROM "(.+)" LIMIT 9$/.exec(sql) ?? [];
      if (name === undefined) return column(sql);
      return [...new Set(views.get(view)?.map((row) => row[name] || null))].slice(0, 9);
    },
    close: async () => {},
  };
}

export interface MadeWorld {
  readonly files: Files;
  /** Files at the commit of the production version; a function fails as a broken clone does. */
  readonly production?: Files | (() => never);
  readonly store?: Store;
  readonly scorer?: ModelScorer;
  readonly endpoints?: GateWorld['endpoints'];
  readonly origin?: RunContext['origin'];
}

export const productionCommit = '7'.repeat(40);

export function gateWorld({ files, production, store, scorer, endpoints, origin }: MadeWorld) {
  const ids = fakeIds(fakeClock());
  const kept = store ?? memoryStore(undefined, sha256);
  return {
    store: kept,
    /** Judges, and keeps the run as the command line does. */
    gate: async (given: Readonly<Record<string, string>>, more: Partial<GateWorld> = {}): Promise<Outcome> => {
      const inputs = readInputs(evalGateInputs, given);
      if (inputs.value === undefined) throw new Error(inputs.problems.map(({ message }: Problem) => message).join(' '));
      const context = fakeContext({ sha256, runId: ids.next(), ...(origin !== undefined && { origin }) });
      const outcome = await gateModel({
        inputs: inputs.value,
        workspace: { ...fakeWorkspace(files), fingerprint: async (path) => fingerprint(files[path]) },
        history: {
          resolve: async () => undefined,
          mergeBase: async () => undefined,
          read: async (_commit, path) => {
            if (typeof production === 'function') return production();
            const text = production?.[path];
            return text === undefined ? undefined : new TextEncoder().encode(text);
          },
          list: async () => [],
          materialize: async () => undefined,
          commitTime: async () => undefined,
          head: async () => ({ dirty: false }),
        },
        registry: {
          list: async () => [],
          resolve: async (name, at) =>
            production === undefined || at !== 'production'
              ? undefined
              : {
                  ...{ name, version: 'v1.0.0', commit: productionCommit, at: '2025-12-29T09:00:00Z', message: '' },
                  labels: ['production'],
                  deprecated: false,
                },
          ...{ register: never, label: never, unlabel: never, deprecate: never, archive: never, tagger: never },
          history: async () => [],
        },
        engine: csvEngine(files),
        scorer: scorer ?? noiseScorer(),
        store: kept,
        context,
        ...(endpoints !== undefined && { endpoints }),
        ...more,
      });
      if (outcome.run !== undefined)
        await kept.add({ runs: [{ run: outcome.run, results: outcome.results }], operations: [] });
      return outcome;
    },
  };
}

const fingerprint = (text: string | undefined) =>
  text === undefined ? undefined : { digest: sha256(text), bytes: text.length };
