// The configs that both tools run, as files.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Config {
  readonly name: string;
  /** Path → content; one of them is promptfooconfig.yaml. */
  readonly files: Readonly<Record<string, string>>;
}

/** What is meant to come out differently, and why. */
export interface Difference {
  readonly name: string;
  readonly why: string;
  /** What Pawl ends with. */
  readonly code: number;
  /** Codes of the problems where nothing is run; else pass and score of each row. */
  readonly problems?: readonly string[];
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  /** What promptfoo ends with, and how many of its rows pass. */
  readonly promptfoo: { readonly code: number; readonly passed: number };
  readonly config?: object;
  readonly text?: string;
  readonly files?: Readonly<Record<string, string>>;
}

interface Written {
  readonly name: string;
  readonly config?: object;
  readonly text?: string;
  readonly files?: Readonly<Record<string, string>>;
}

interface Table {
  readonly name: string;
  readonly answers: readonly string[];
  readonly assert: readonly { readonly type: string }[];
}

export const configFile = 'promptfooconfig.yaml';

export const configs: readonly Config[] = [
  ...(read('configs.yaml') as readonly Written[]).map(filesOf),
  ...(read('assertions.yaml') as readonly Table[]).flatMap(ofTable),
];

export const differences: readonly (Difference & Config)[] = (read('differences.yaml') as readonly Difference[]).map(
  (each) => ({ ...each, ...filesOf(each) }),
);

const python = read('python.yaml') as {
  readonly configs: readonly Written[];
  readonly differences: readonly Difference[];
};

/** Both tools run them with the machine's Python. */
export const pythonConfigs: readonly Config[] = python.configs.map(filesOf);
export const pythonDifferences: readonly (Difference & Config)[] = python.differences.map((each) => ({
  ...each,
  ...filesOf(each),
}));

function read(file: string): unknown {
  return parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

function filesOf({ name, config, text, files }: Written): Config {
  return { name, files: { ...files, [configFile]: text ?? JSON.stringify(config, undefined, 2) } };
}

/** As written, and denied. */
function ofTable({ name, answers, assert }: Table): readonly Config[] {
  return assert.flatMap((assertion, index) =>
    ['', 'not-'].map((not) =>
      filesOf({
        name: `${name}: ${not}${assertion.type} ${index + 1}`,
        config: {
          prompts: ['{{answer}}'],
          providers: ['echo'],
          tests: answers.map((answer) => ({
            vars: { answer },
            assert: [{ ...assertion, type: `${not}${assertion.type}`, metric: 'named' }],
          })),
        },
      }),
    ),
  );
}
