// action.yml and the README's tables, made of the same description that the code reads its inputs by.
import type { Input, InputSpec } from '@pawl/core';
import type { Action } from './action.ts';
import { expressionDefaults, hiddenInputs, inputsOf } from './common-inputs.ts';
import { outputs } from './outputs.ts';

export function renderManifest(action: Action<InputSpec>): string {
  return [
    "# Made from the action's own description; `npm run fix` writes it. Defaults that pawl.yml can set live in the code:",
    '# one written here would win over the file.',
    `name: ${yaml(action.title)}`,
    `description: ${yaml(action.description)}`,
    'author: Pawl',
    'branding:',
    `  icon: ${action.branding.icon}`,
    `  color: ${action.branding.color}`,
    'inputs:',
    ...Object.entries(inputsOf(action)).flatMap(([name, input]) => inputLines(name, input)),
    'outputs:',
    ...Object.entries(outputs).flatMap(([name, description]) => [
      `  ${name}:`,
      `    description: ${yaml(description)}`,
    ]),
    'runs:',
    '  using: node24',
    '  main: dist/index.mjs',
    '',
  ].join('\n');
}

/** A README with what lies between `<!-- inputs -->` and `<!-- /inputs -->` (and outputs) made anew. */
export function fillReadme(readme: string, action: Action<InputSpec>): string {
  const visible = Object.entries(inputsOf(action)).filter(([name]) => !(name in hiddenInputs));
  const inputRows = visible.map(([name, input]) => [
    `\`${name}\``,
    `${input.description}${extras(input)}`,
    defaultOf(name, input),
  ]);
  const outputRows = Object.entries(outputs).map(([name, description]) => [`\`${name}\``, description]);
  return between(
    between(readme, 'inputs', table(['input', 'what it is', 'default'], inputRows)),
    'outputs',
    table(['output', 'what it is'], outputRows),
  );
}

function inputLines(name: string, input: Input): string[] {
  const fallback = expressionDefaults[name];
  // Required inputs may be in pawl.yml, so the manifest requires none; the code says what is missing.
  return [
    `  ${name}:`,
    `    description: ${yaml(`${input.description}${extras(input)}${fallback === undefined && input.default !== undefined ? ` Default: ${input.default}.` : ''}`)}`,
    '    required: false',
    ...(fallback === undefined ? [] : [`    default: ${fallback}`]),
  ];
}

const extras = (input: Input): string =>
  `${input.required === true ? ' Required, here or in pawl.yml.' : ''}${input.example === undefined ? '' : ` Example: \`${input.example}\`.`}`;

function defaultOf(name: string, input: Input): string {
  if (input.required === true) return 'required';
  const value = expressionDefaults[name] ?? input.default;
  return value === undefined ? '' : `\`${value}\``;
}

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** @throws when the README has no such place: its author took a marker away */
function between(readme: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the README lacks ${start} … ${end}`);
  return `${readme.slice(0, from + start.length)}\n${text}\n${readme.slice(to)}`;
}

/** A YAML scalar: plain where that is safe, else single-quoted. */
function yaml(text: string): string {
  const plain = /^[A-Za-z][^#:\n'"{}[\]&*!|>%@`]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null)$/i.test(text);
  return plain ? text : `'${text.replaceAll("'", "''").replaceAll('\n', ' ')}'`;
}
