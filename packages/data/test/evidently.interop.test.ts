// The real Evidently gives the same Jensen–Shannon, Wasserstein and Kolmogorov–Smirnov numbers.
// Needs a Python with evidently-requirements.txt: PAWL_INTEROP_PYTHON_EVIDENTLY=/path/to/python.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readInputs, type Workspace } from '@pawl/core';
import { driftReportInputs, reportDrift } from '@pawl/core/drift-report';
import { fakeContext } from '@pawl/core/testing';
import { openDataEngine } from '@pawl/data';
import { describe, expect, test } from 'vitest';

const python = process.env['PAWL_INTEROP_PYTHON_EVIDENTLY'];
if (python === undefined)
  console.warn('Evidently interop is skipped: PAWL_INTEROP_PYTHON_EVIDENTLY names no Python with it.');

const cases = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'cases', 'drift-report');
const kinds = { delay: 'numeric', hour: 'numeric', origin: 'categorical', weekend: 'categorical' } as const;

interface OurLine {
  readonly column: keyof typeof kinds;
  readonly jensenShannon: number;
  readonly wasserstein?: number;
  readonly test: { readonly pValue: number };
}

describe.runIf(python !== undefined)('Evidently', () => {
  test.for(['no-drift', 'strong-drift', 'change-of-unit', 'thin-evidence', 'missing-values-jump'])(
    'gives the same numbers for %s',
    async (name) => {
      const at = (file: string): string => join(cases, name, file);
      const { stdout } = await promisify(execFile)(python ?? '', [
        join(import.meta.dirname, 'evidently-run.py'),
        at('reference.csv'),
        at('current.csv'),
        JSON.stringify(kinds),
      ]);
      const theirs = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Readonly<
        Record<string, Readonly<Record<string, number>>>
      >;
      const ours = await compare(at);

      expect(ours.map(({ column }) => column).toSorted()).toEqual(Object.keys(kinds).toSorted());
      for (const { column, jensenShannon, wasserstein, test } of ours) {
        const their = theirs[column];
        expect(jensenShannon, `${column} Jensen–Shannon`).toBeCloseTo(their?.['jensenShannon'] ?? Number.NaN, 9);
        if (kinds[column] !== 'numeric') continue;
        expect(wasserstein, `${column} Wasserstein`).toBeCloseTo(their?.['wasserstein'] ?? Number.NaN, 9);
        expect(test.pValue, `${column} KS`).toBeCloseTo(their?.['ksPValue'] ?? Number.NaN, 9);
      }
    },
  );
});

async function compare(at: (file: string) => string): Promise<readonly OurLine[]> {
  const engine = openDataEngine({ threads: 1 });
  const inputs = readInputs(driftReportInputs, { reference: 'reference.csv', current: 'current.csv' }).value;
  if (inputs === undefined) throw new Error('the inputs of this test are wrong');
  const workspace: Workspace = {
    read: async () => undefined,
    readText: async () => undefined,
    list: async (path) => [path],
    fingerprint: async () => ({ digest: 'sha256:0', bytes: 0 }),
    resolve: async (path) => at(path),
    write: async () => {},
  };
  const { results } = await reportDrift({ inputs, workspace, engine, context: fakeContext() });
  await engine.close();
  return (results['columns.jsonl'] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OurLine & { readonly compare: string })
    .filter(({ compare }) => compare === 'numeric' || compare === 'categorical');
}
