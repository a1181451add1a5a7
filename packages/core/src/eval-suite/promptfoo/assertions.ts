// `assert` of a case: assertions and sets of them, with what the case's options say of judges merged in.
import { after, inTurn, type Awaitable } from '../../formats/awaitable.ts';
import type { Assertion, AssertionSet, EvalPlace, EvalProvider } from '../../formats/eval-suite.ts';
import { checkKeys, isMap, list, map, member, number, text, type Fields } from '../reading.ts';
import { doesNotRun } from './assertion-types.ts';
import { readProvider, type ReadProvider } from './providers.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { isForeignScript, isJavaScript, isPython, mayRunPython, referenceOf, scriptAt, scriptFile } from './scripts.ts';
import { fileValue, listedValues, rubricOf } from './values.ts';

/** What the options of a case give to each of its assertions. */
export interface JudgeOptions {
  readonly provider?: unknown;
  readonly rubricPrompt?: unknown;
  readonly factuality?: unknown;
  /** Where they are written. */
  readonly options?: Fields;
}

const assertionKeys = [
  ...['type', 'value', 'config', 'threshold', 'weight', 'provider', 'rubricPrompt', 'metric', 'transform'],
  'contextTransform',
];
const setKeys = ['type', 'assert', 'threshold', 'weight', 'metric', 'config'];

export interface AssertionReader {
  /**
   * @param from the map that holds `assert`
   * @param alone those of them that no other case has, and where they all stand
   */
  readAll(
    written: unknown,
    judge: JudgeOptions,
    from: Fields,
    alone?: { readonly items: readonly unknown[]; readonly place: EvalPlace },
  ): Awaitable<readonly (Assertion | AssertionSet)[]>;
  judgeOf(written: unknown, place: EvalPlace | undefined): Promise<EvalProvider | undefined>;
}

export function assertionReader(reading: PromptfooReading, providers: readonly ReadProvider[]): AssertionReader {
  // A default is shared by thousands of cases: it is read once, until another judge is named.
  const known = new Map<unknown, { key: string; read: Awaitable<Assertion | AssertionSet | undefined> }>();
  const judges = new Map<string, Promise<EvalProvider | undefined>>();

  const judgeOf = (written: unknown, place: EvalPlace | undefined, type = ''): Promise<EvalProvider | undefined> => {
    const chosen = choiceOf(written, type);
    const key = JSON.stringify(chosen) ?? '';
    const made = judges.get(key) ?? makeJudge(reading, providers, chosen, place);
    judges.set(key, made);
    // Named as an embedding model it is one, whatever it is called.
    return chosen === embeddingOf(written) ? made.then(asEmbedding) : made;
  };

  const readOne = (written: unknown, judge: JudgeOptions, place: AssertionPlace): Awaitable<Assertion | undefined> => {
    if (!isMap(written)) return invalid(reading, 'An assertion is a map with "type".', place.at ?? place.within);
    // A reference that leads nowhere has been told.
    if ('$ref' in written) return undefined;
    checkKeys(reading, written, { known: assertionKeys, what: 'an assertion' });
    const name = member(reading, written, 'type', text);
    const at = place.at ?? reading.places.of(written) ?? place.within ?? { file: reading.file };
    if (name === undefined) return invalid(reading, 'An assertion has no "type".', at);
    const negated = name.startsWith('not-');
    const type = negated ? name.slice('not-'.length) : name;
    const refusal = doesNotRun(type);
    if (refusal !== undefined) {
      const code = 'ASSERTION_UNSUPPORTED';
      reading.say({
        code,
        message: `Assertions of type "${type}" are not run.`,
        hint: refusal,
        place: reading.places.value(written, 'type'),
      });
      return undefined;
    }
    if (type === 'python') mayRunPython(reading, at);
    const asked = written['provider'] ?? judge.provider;
    const rubric = written['rubricPrompt'] ?? judge.rubricPrompt;
    const isPlain = asked === undefined && rubric === undefined && judge.factuality === undefined;
    if (isPlain && isSimple(written))
      return 'value' in written
        ? { kind: 'assertion', type, negated, value: written['value'], weight: 1, place: at }
        : { kind: 'assertion', type, negated, weight: 1, place: at };
    return readWhole({ written, judge, head: { kind: 'assertion', type, negated }, asked, rubric, at });
  };

  const readWhole = async ({ written, judge, head, asked, rubric, at }: Whole): Promise<Assertion> => {
    const { type } = head;
    const value = isText(written['value']) ? written['value'] : await valueOf(reading, written);
    const threshold = member(reading, written, 'threshold', number);
    const weight = member(reading, written, 'weight', number) ?? 1;
    const metric = member(reading, written, 'metric', text);
    const config = factualityConfig(member(reading, written, 'config', map), type, judge);
    const transform = written['transform'] === undefined ? undefined : await scriptAt(reading, written, 'transform');
    const contextTransform =
      written['contextTransform'] === undefined ? undefined : await scriptAt(reading, written, 'contextTransform');
    const provider = asked === undefined || asked === null ? undefined : await judgeOf(asked, at, type);
    const rubricPrompt = rubric === undefined ? undefined : await rubricOf(reading, rubric, at);
    return {
      ...head,
      ...(value !== undefined && { value }),
      ...(threshold !== undefined && { threshold }),
      weight,
      ...(metric !== undefined && { metric }),
      ...(provider !== undefined && { provider }),
      ...(rubricPrompt !== undefined && { rubricPrompt }),
      ...(config !== undefined && { config }),
      ...(transform !== undefined && { transform }),
      ...(contextTransform !== undefined && { contextTransform }),
      place: at,
    };
  };

  const readAny = (
    written: unknown,
    judge: JudgeOptions,
    place: AssertionPlace,
  ): Awaitable<Assertion | AssertionSet | undefined> =>
    isMap(written) && written['type'] === 'assert-set' ? readSet(written, judge) : readOne(written, judge, place);

  const readSet = async (written: Fields, judge: JudgeOptions): Promise<AssertionSet | undefined> => {
    checkKeys(reading, written, { known: setKeys, what: 'an assert-set' });
    const items = member(reading, written, 'assert', list);
    if (items === undefined) return invalid(reading, 'An assert-set has no list "assert".', reading.places.of(written));
    const assertions: Assertion[] = [];
    for (const item of items) {
      if (isMap(item) && item['type'] === 'assert-set') {
        invalid(reading, 'An assert-set stands in another one.', reading.places.of(item));
        continue;
      }
      const one = await readOne(item, judge, { within: reading.places.of(written) });
      if (one !== undefined) assertions.push(one);
    }
    const threshold = member(reading, written, 'threshold', number);
    const metric = member(reading, written, 'metric', text);
    const config = member(reading, written, 'config', map);
    const set: AssertionSet = {
      kind: 'set',
      assertions,
      ...(threshold !== undefined && { threshold }),
      weight: member(reading, written, 'weight', number) ?? 1,
      ...(metric !== undefined && { metric }),
      ...(config !== undefined && { config }),
    };
    return set;
  };

  return {
    judgeOf: (written, place) => judgeOf(written, place),
    readAll: (written, judge, from, alone) => {
      if (written === undefined || written === null) return [];
      if (!Array.isArray(written)) {
        invalid(reading, '"assert" is no list.', reading.places.value(from, 'assert'));
        return [];
      }
      const key = keyOf(judge);
      const readItem = (item: unknown): Awaitable<Assertion | AssertionSet | undefined> => {
        if (alone?.items.includes(item) === true) return readAny(item, judge, { at: alone.place });
        const earlier = known.get(item);
        if (earlier?.key === key) return earlier.read;
        const read = readAny(item, judge, { within: reading.places.value(from, 'assert') });
        known.set(item, { key, read });
        return read;
      };
      const found: (Assertion | AssertionSet)[] = [];
      const all = inTurn(written as readonly unknown[], (item) =>
        after(readItem(item), (one) => {
          if (one !== undefined) found.push(one);
        }),
      );
      // A copy has no room for more: what a list keeps free while it grows is more than most hold.
      return after(all, () => found.slice());
    },
  };
}

/** Equal where an assertion is judged alike; empty where options say nothing of judges. */
const keyOf = ({ provider, rubricPrompt, factuality }: JudgeOptions): string =>
  provider === undefined && rubricPrompt === undefined && factuality === undefined
    ? ''
    : JSON.stringify({ provider, rubricPrompt, factuality });

/** Where an assertion stands, where that is known; else the place of the list that it is in. */
interface AssertionPlace {
  readonly at?: EvalPlace;
  readonly within?: EvalPlace | undefined;
}

interface Whole {
  readonly written: Fields;
  readonly judge: JudgeOptions;
  readonly head: Pick<Assertion, 'kind' | 'type' | 'negated'>;
  /** The judge, as the assertion or the options of its case name it. */
  readonly asked: unknown;
  readonly rubric: unknown;
  readonly at: EvalPlace;
}

/** A type and a text, as most are: there is no file, no script and nothing to check. */
function isSimple(written: Fields): boolean {
  for (const key in written)
    if (key !== 'type' && !(key === 'value' && isText(written[key])) && assertionKeys.includes(key)) return false;
  return true;
}

function invalid(reading: PromptfooReading, message: string, place: EvalPlace | undefined): undefined {
  reading.say({ code: 'ASSERTION_INVALID', message, hint: 'Write for example {type: contains, value: yes}.', place });
}

/** `{text: …, embedding: …}` names a model for each use. */
function choiceOf(written: unknown, type: string): unknown {
  if (!isMap(written) || 'id' in written) return written;
  const embeds = type === 'similar' || type.startsWith('similar:');
  return (embeds ? written['embedding'] : written['text']) ?? written['text'] ?? written['embedding'] ?? written;
}

/** The embedding model of such a choice. */
export const embeddingOf = (written: unknown): unknown =>
  isMap(written) && !('id' in written) ? written['embedding'] : undefined;

export const asEmbedding = (provider: EvalProvider | undefined): EvalProvider | undefined =>
  provider && { ...provider, config: { ...provider.config, endpoint: 'embeddings' } };

async function makeJudge(
  reading: PromptfooReading,
  providers: readonly ReadProvider[],
  written: unknown,
  place: EvalPlace | undefined,
): Promise<EvalProvider | undefined> {
  const named = typeof written === 'string' ? providers.find(({ names }) => names.includes(written)) : undefined;
  if (named !== undefined) return named.provider;
  const [made] = await readProvider(reading, written, reading.places.of(written) ?? place);
  return made?.provider;
}

const factualityConfig = (config: Fields | undefined, type: string, { factuality }: JudgeOptions): Fields | undefined =>
  isMap(factuality) && (type === 'factuality' || type === 'model-graded-factuality')
    ? { ...config, factuality }
    : config;

/** A text that is no file: the usual value. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.startsWith('file://');

async function valueOf(reading: PromptfooReading, written: Fields): Promise<unknown> {
  const { value } = written;
  const place = reading.places.value(written, 'value');
  if (typeof value === 'string' && value.startsWith('file://')) {
    const { path } = referenceOf(value);
    return isJavaScript(path) || isPython(path) || isForeignScript(path)
      ? scriptFile(reading, { written: value, called: 'get_assert' }, place)
      : fileValue(reading, value, place);
  }
  return Array.isArray(value) ? listedValues(reading, value, place) : value;
}
