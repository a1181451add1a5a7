// The top level of a config: what is known, what is refused, and what says how to run.
import type { EvalSuite } from '../../formats/eval-suite.ts';
import { checkKeys, isMap, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';

const known = [
  ...['description', 'tags', 'prompts', 'providers', 'targets', 'tests', 'scenarios', 'defaultTest', 'outputPath'],
  ...['sharing', 'nunjucksFilters', 'env', 'derivedMetrics', 'extensions', 'metadata', 'redteam', 'plugins'],
  ...[
    'strategies',
    'writeLatestResults',
    'tracing',
    'evaluateOptions',
    'commandLineOptions',
    'assertionTemplates',
    '$schema',
  ],
];

/** Keys whose content would change what is asked or how it is judged, and that are not run. */
const refused: Readonly<Record<string, readonly [string, string]>> = {
  nunjucksFilters: [
    'Filters of one’s own are code that runs inside of templates.',
    'Put what the filter does into the variables, or into transformVars.',
  ],
  extensions: [
    'Extensions are code that runs around every call.',
    'Prepare the data before the run, and check answers with javascript assertions.',
  ],
  redteam: ['Attacks are not made here.', 'Keep red teaming with promptfoo, in a config of its own.'],
  plugins: ['Attacks are not made here.', 'Keep red teaming with promptfoo, in a config of its own.'],
  strategies: ['Attacks are not made here.', 'Keep red teaming with promptfoo, in a config of its own.'],
};

/** Keys of a test, which promptfoo ignores at the top. */
const ofTests: Readonly<Record<string, string>> = Object.fromEntries(
  ['vars', 'assert', 'options', 'threshold', 'assertScoringFunction', 'transform'].map((key) => [
    key,
    `It belongs to a test: write it under ${key === 'transform' ? 'defaultTest.options' : 'defaultTest'}.`,
  ]),
);

export function checkTopLevel(
  reading: PromptfooReading,
  config: Fields,
  { pointedAt }: { readonly pointedAt: ReadonlySet<string> },
): void {
  const own = Object.keys(config).filter(
    (key) =>
      known.includes(key) || key.startsWith('_') || key.startsWith('x-') || key.startsWith('.') || pointedAt.has(key),
  );
  checkKeys(reading, config, { known: [...known, ...own], what: 'the config', elsewhere: ofTests });
  for (const [key, [message, hint]] of Object.entries(refused)) {
    const value = config[key];
    if (value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0))
      continue;
    reading.say({
      code: 'SUITE_UNSUPPORTED',
      message: `"${key}": ${message}`,
      hint,
      place: reading.places.key(config, key),
    });
  }
  const { tracing } = config;
  if (isMap(tracing) && tracing['enabled'] === true)
    reading.say({
      severity: 'warning',
      code: 'SUITE_UNSUPPORTED',
      message: '"tracing": traces are not collected.',
      hint: 'Remove it; assertions on traces are refused.',
      place: reading.places.key(config, 'tracing'),
    });
}

const evaluateKeys = [
  ...['cache', 'delay', 'generateSuggestions', 'suggestionsCount', 'interactiveProviders', 'maxConcurrency', 'repeat'],
  ...['showProgressBar', 'timeoutMs', 'maxEvalTimeMs', 'silent', 'progressCallback', 'eventSource'],
];
/** Options of the command line that say how results are shown, or what has a place in `run`. */
const commandKeys = [
  ...[
    'cache',
    'delay',
    'maxConcurrency',
    'repeat',
    'verbose',
    'table',
    'tableCellMaxLength',
    'share',
    'write',
    'output',
  ],
  ...['progressBar', 'description', 'grader', 'suggestPrompts', 'generateSuggestions', 'watch', 'silent'],
];

export function runOf(reading: PromptfooReading, config: Fields): EvalSuite['run'] {
  const evaluate = isMap(config['evaluateOptions']) ? config['evaluateOptions'] : {};
  const command = isMap(config['commandLineOptions']) ? config['commandLineOptions'] : {};
  checkKeys(reading, evaluate, { known: evaluateKeys, what: 'evaluateOptions' });
  checkKeys(reading, command, { known: commandKeys, what: 'commandLineOptions' });
  const whole = (name: string): number | undefined => {
    const from = command[name] === undefined ? evaluate : command;
    const value = from[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    reading.say({
      code: 'SUITE_INVALID',
      message: `"${name}" is no whole number.`,
      hint: 'Give a whole number.',
      place: reading.places.value(from, name),
    });
    return undefined;
  };
  const concurrency = whole('maxConcurrency');
  const repeats = whole('repeat');
  const delayMs = whole('delay');
  const timeoutMs = whole('timeoutMs');
  return {
    ...(concurrency !== undefined && concurrency > 0 && { concurrency }),
    ...(repeats !== undefined && repeats > 0 && { repeats }),
    ...(delayMs !== undefined && delayMs > 0 && { delayMs }),
    ...(timeoutMs !== undefined && timeoutMs > 0 && { timeoutMs }),
  };
}
