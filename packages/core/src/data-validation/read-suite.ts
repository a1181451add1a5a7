// Finds and reads the suite: the one given, or the one beside the data.
import { isGlob } from '../dataset/find-data.ts';
import { readExpectationSuite, type ExpectationSuite } from '../formats/expectation-suite.ts';
import type { Inputs } from '../formats/inputs.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { dataValidationInputs } from './inputs.ts';

export interface SuiteFile {
  readonly suite: ExpectationSuite;
  readonly path: string;
}

export async function readSuite(
  inputs: Inputs<typeof dataValidationInputs>,
  workspace: Workspace,
): Promise<Read<SuiteFile>> {
  const path = inputs.suite ?? besideData(inputs.data);
  if (path === undefined) return { problems: [missing('No suite is named.')] };
  const text = await workspace.readText(path);
  if (text === undefined) {
    const given =
      inputs.suite === undefined ? `There is no suite "${path}" beside the data.` : `There is no suite "${path}".`;
    return { problems: [missing(given, path)] };
  }
  const { value, problems } = readExpectationSuite({ text, file: path });
  return value === undefined ? { problems } : { value: { suite: value, path }, problems };
}

/** `data/flights.parquet` → `data/flights.expect.yml`; a glob names no single neighbour. */
function besideData(data: readonly string[] | undefined): string | undefined {
  const [first] = data ?? [];
  return first === undefined || isGlob(first) ? undefined : first.replace(/\.[A-Za-z]+(\.gz)?$/, '.expect.yml');
}

const missing = (message: string, file?: string): Problem => ({
  code: 'SUITE_MISSING',
  severity: 'error',
  message,
  hint: 'Give the input "suite" with the path of a *.expect.yml, or of a Great Expectations suite (JSON).',
  ...(file !== undefined && { file }),
});

/** Patterns that the engine refused, each at its expectation's line. */
export function suiteProblems(suite: ExpectationSuite, file: string, broken: ReadonlyMap<string, string>): Problem[] {
  return suite.expectations.flatMap(({ arguments: given, line, lineColumn }) => {
    const reason = 'regex' in given ? broken.get(given.regex) : undefined;
    if (reason === undefined) return [];
    return [
      {
        code: 'SUITE_PATTERN',
        severity: 'error' as const,
        message: `The pattern cannot be used: ${reason.replace(/\.$/, '')}.`,
        hint: 'Write it in RE2 syntax, which has no look-around and no back-references.',
        file,
        ...(line !== undefined && { line }),
        ...(lineColumn !== undefined && { column: lineColumn }),
      },
    ];
  });
}
