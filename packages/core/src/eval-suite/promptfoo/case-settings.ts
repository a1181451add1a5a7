// What a test says of its cases beside their variables: how answers are judged, and how the cases are run.
import { after, type Awaitable } from '../../formats/awaitable.ts';
import type { EvalCase, EvalPlace } from '../../formats/eval-suite.ts';
import { flag, member, number, text, type Fields } from '../reading.ts';
import type { AssertionReader } from './assertions.ts';
import { allowed, type Named } from './matching-names.ts';
import { layered, type MergedTest } from './merge.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { scriptAt } from './scripts.ts';

/** A case gets its name when all are known. */
export type Unnamed = { -readonly [member in keyof EvalCase]: EvalCase[member] };

export interface SuiteParts {
  readonly assertions: AssertionReader;
  readonly prompts: readonly Named[];
  readonly providers: readonly Named[];
  /** Some prompt looks at the earlier turns. */
  readonly isConversation: boolean;
}

/** What all cases of one test have, with its variables as they are written. */
export function settledTest(reading: PromptfooReading, test: MergedTest, suite: SuiteParts): Awaitable<Unnamed> {
  const { options, written } = test;
  const judge = {
    provider: options['provider'],
    rubricPrompt: options['rubricPrompt'],
    factuality: options['factuality'],
  };
  const own = written.fields['assert'];
  const alone =
    written.isLine === true && !test.inScenario && Array.isArray(own)
      ? { items: own, place: written.place }
      : undefined;
  const read = suite.assertions.readAll(test.assert, judge, written.fields, alone);
  return after(read, (assertions) =>
    after(scriptsOf(reading, test), (scripts) => withSettings(reading, { test, suite, assertions, scripts })),
  );
}

type Scripts = Pick<EvalCase, 'transform' | 'transformVars' | 'scoring'>;

const noScripts: Scripts = {};

/** Nothing to wait for where there are none. */
function scriptsOf(reading: PromptfooReading, test: MergedTest): Awaitable<Scripts> {
  const { options } = test;
  const transformKey = options['transform'] === undefined ? 'postprocess' : 'transform';
  const scripted = options[transformKey] !== undefined || options['transformVars'] !== undefined;
  const scoring = layered(test, 'assertScoringFunction');
  if (!scripted && scoring === undefined) return noScripts;
  return (async () => {
    const transform = await scriptAt(reading, options, transformKey);
    const transformVars = await scriptAt(reading, options, 'transformVars');
    const scores = scoring && (await scriptAt(reading, scoring.from, 'assertScoringFunction', 'func'));
    return {
      ...(transform !== undefined && { transform }),
      ...(transformVars !== undefined && { transformVars }),
      ...(scores !== undefined && { scoring: scores }),
    };
  })();
}

interface Settling {
  readonly test: MergedTest;
  readonly suite: SuiteParts;
  readonly assertions: EvalCase['assertions'];
  readonly scripts: Scripts;
}

/** Assigned one by one: most tests have none of these, and each `...(x && { x })` would be asked of ten thousand. */
function withSettings(reading: PromptfooReading, { test, suite, assertions, scripts }: Settling): Unnamed {
  const { options, metadata, written, vars } = test;
  const { place } = written;
  const made: Unnamed = { id: '', vars, assertions, metadata, slices: noSlices, place };
  const limit = layered(test, 'threshold');
  const threshold = limit && member(reading, limit.from, 'threshold', number);
  if (threshold !== undefined) made.threshold = threshold;
  const description = member(reading, layered(test, 'description')?.from ?? noFields, 'description', text);
  if (description !== undefined) made.description = description;
  const repeats = member(reading, options, 'repeat', number);
  if (repeats !== undefined) made.repeats = repeats;
  const storeOutputAs = member(reading, options, 'storeOutputAs', text);
  if (storeOutputAs !== undefined) made.storeOutputAs = storeOutputAs;
  const output = layered(test, 'providerOutput')?.value;
  if (output !== undefined) made.output = output;
  const prompts = allowed(reading, { test, key: 'prompts', among: suite.prompts });
  if (prompts !== undefined) made.prompts = prompts;
  const providers = allowed(reading, { test, key: 'providers', among: suite.providers });
  if (providers !== undefined) made.providers = providers;
  refuseOwnProvider(reading, test, place);
  const speaks = suite.isConversation && member(reading, options, 'disableConversationVar', flag) !== true;
  const conversation = speaks ? String(metadata['conversationId'] ?? 'conversation') : undefined;
  if (conversation !== undefined) made.conversation = conversation;
  const cluster = typeof metadata['cluster'] === 'string' ? metadata['cluster'] : conversation;
  if (cluster !== undefined) made.cluster = cluster;
  for (const key of ['prefix', 'suffix'] as const) {
    const value = options[key];
    if (typeof value === 'string' && value !== '') made[key] = value;
  }
  return Object.assign(made, scripts);
}

const noFields: Fields = {};
/** One for all cases that have none. */
const noSlices: EvalCase['slices'] = {};

function refuseOwnProvider(reading: PromptfooReading, test: MergedTest, place: EvalPlace): void {
  const own = layered(test, 'provider');
  if (own === undefined) return;
  reading.say({
    code: 'TEST_PROVIDER',
    message: 'A test names a provider of its own.',
    hint: 'List it under "providers" of the config, and name it in "providers: [label]" of the test.',
    place: reading.places.value(own.from, 'provider') ?? place,
  });
}
