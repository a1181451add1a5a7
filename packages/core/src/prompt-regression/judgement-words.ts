// What stands behind a verdict beside the accuracy, in sentences and tables: rounds of repeats, scores that gate too,
// latency and cost, safety, wavering cases, and where the noise comes from.
import type { Block } from '../formats/report.ts';
import type { Decision } from './decide.ts';
import type { Ratio } from './margins.ts';
import type { SafetyBound } from './safety.ts';
import { count, dollars, excerpt, grouped, milliseconds, verb } from './words.ts';

const shownCases = 20;
const shownNames = 5;

/** Whether a single evaluator is the accuracy itself: then it is not said twice. */
export function isAccuracyAlone({ accuracy, evaluators: [only, other] }: Decision): boolean {
  return other === undefined && only?.after === accuracy?.after && only?.before === accuracy?.before;
}

/** What gates, without the accuracy, by whatever name. */
export const besideAccuracy = (decision: Decision, names: Iterable<string>): readonly string[] =>
  [...names].filter(
    (name) => name !== 'accuracy' && !(isAccuracyAlone(decision) && name === decision.evaluators[0]?.name),
  );

/** "90 %" for one look; what one look of several decides by is wider. */
export function decidedLevel({ alpha = 0.05 }: Decision): string {
  const level = (1 - 2 * alpha) * 100;
  return `${Number.isInteger(level) ? level : level.toFixed(1)} %`;
}

/** Sentences for the explanation, in the order of their weight. */
export function judgementSentences(decision: Decision): readonly string[] {
  const { gates, look, safety = [], missingGates = [], fewClusters, verdict } = decision;
  const sentences: string[] = [...unsettledWords(decision)];
  if (missingGates.length > 0)
    sentences.push(`No answer has what the policy gates by: ${named(missingGates)}. That is no pass.`);
  if (gates !== undefined && gates.names.length > 1) {
    const failed = besideAccuracy(decision, gates.failed);
    const open = besideAccuracy(decision, gates.open);
    if (failed.length > 0) sentences.push(`${gatesBeside(failed, 'fails', 'fail')}.`);
    if (open.length > 0 && verdict !== 'fail') sentences.push(`${gatesBeside(open, 'is open', 'are open')}.`);
  }
  sentences.push(...safety.map(safetyWords));
  if (look !== undefined) {
    const rest = look.taken < look.planned;
    const when = `${count(look.taken, 'look')} of ${look.planned} planned, at ${count(look.rounds, 'repeat')}`;
    if (rest && verdict !== 'inconclusive') sentences.push(`Settled after ${when}.`);
    else sentences.push(`Judged after ${when}.`);
  }
  if (fewClusters !== undefined)
    sentences.push(
      `The cases come from only ${count(fewClusters, 'source')}; with fewer than 20 the interval may be too narrow.`,
    );
  sentences.push(...noiseWords(decision));
  return sentences;
}

/** Evidence that is missing or nobody's, in place of which nothing can pass. */
function unsettledWords({ reasons, lost = 0, uncertified = [], ratios = [] }: Decision): readonly string[] {
  const unknown = ratios.filter((each) => each.unknown !== undefined);
  return [
    ...(reasons.includes('lost-answers')
      ? [
          `With the ${count(lost, 'case')} that the candidate lost counted as wrong it does not pass; ask again, what is recorded is kept.`,
        ]
      : []),
    ...(uncertified.length > 0
      ? [`Nothing is settled by ${named(uncertified)}: a judge without a certificate scores it.`]
      : []),
    ...(unknown.length > 0
      ? [
          `Nothing is settled by ${named(unknown.map(({ name }) => name))}: known on both sides of ${grouped(unknown[0]?.unknown?.known ?? 0)} of ${count(unknown[0]?.unknown?.of ?? 0, 'answer')}.`,
        ]
      : []),
  ];
}

/** What gates beside the accuracy, and how it ended. */
const gatesBeside = (names: readonly string[], one: string, many: string): string =>
  `${named(names)} ${verb(names.length, 'gates', 'gate')} beside the accuracy, and ${verb(names.length, one, many)}`;

/** "unsafe: 3 of 412 …" for the headline; undefined when no limit is open or broken. */
export function safetyHeadline({ safety = [] }: Decision): string | undefined {
  const worst =
    safety.find(({ verdict }) => verdict === 'fail') ?? safety.find(({ verdict }) => verdict === 'inconclusive');
  return worst === undefined ? undefined : safetyWords(worst).replace(/\.$/, '');
}

function safetyWords({ score, events, n, atMost, limit, casesNeeded }: SafetyBound): string {
  const seen = events === 0 ? 'in no case' : `in ${grouped(events)}`;
  const bound = `${score}: broken ${seen} of ${grouped(n)}, so in at most ${percent(atMost)} of all (95 %)`;
  const allowed = limit === undefined ? '' : `, ${percent(limit)} allowed`;
  const needed = casesNeeded === undefined ? '' : `; ${count(casesNeeded, 'case')} without one would show it`;
  return `${bound}${allowed}${needed}.`;
}

function noiseWords({ noise, advice, verdict, moreCases: said }: Decision): readonly string[] {
  if (noise === undefined || (noise.between === 0 && noise.within === 0)) return [];
  const part = `${(noise.casesPart * 100).toFixed(0)} % of the uncertainty is between cases, which repeats do not take away`;
  if (verdict !== 'inconclusive' || advice === undefined) return [`${part}.`];
  const { repeats, moreCases = 0 } = { ...advice, ...(said !== undefined && { moreCases: said }) };
  // How many cases it takes has been said.
  const those = said === undefined ? count(moreCases, 'more case') : 'more cases';
  if (repeats === undefined) return [`${part}: spend on ${those}, not on repeats.`];
  const cases = moreCases * Math.round(noise.repeats);
  const extra = (repeats - noise.repeats) * noise.n;
  const dearer =
    extra > cases
      ? `more cases are cheaper (${grouped(cases)} calls a side, not ${grouped(Math.ceil(extra))})`
      : 'repeats are cheaper';
  return [`${part}: ${those} or ${grouped(repeats)} repeats of each would probably settle it; ${dearer}.`];
}

export function judgementBlocks(decision: Decision): readonly Block[] {
  return [...ratioBlocks(decision.ratios ?? []), ...flakyBlocks(decision), ...quarantineBlocks(decision)];
}

function ratioBlocks(ratios: readonly Ratio[]): readonly Block[] {
  if (ratios.length === 0) return [];
  return [
    {
      type: 'table',
      columns: [
        { title: 'gates by ratio' },
        { title: 'baseline', align: 'right' },
        { title: 'candidate', align: 'right' },
        { title: 'ratio (95 % CI)', align: 'right' },
        { title: 'allowed', align: 'right' },
      ],
      rows: ratios.map(({ name, before, after, ratio, low, high, margin }) => {
        const say = name.startsWith('cost') ? dollars : milliseconds;
        return [
          name,
          say(before),
          say(after),
          `${ratio.toFixed(2)} (${low.toFixed(2)} … ${high.toFixed(2)})`,
          `below ${(1 + margin).toFixed(2)}`,
        ];
      }),
    },
  ];
}

function flakyBlocks({ flaky = [] }: Decision): readonly Block[] {
  if (flaky.length === 0) return [];
  const rows = flaky
    .slice(0, shownCases)
    .map(({ id, side, passed, repeats }) => [excerpt(id, 80), `${side} right in ${passed} of ${repeats} repeats`]);
  const more = flaky.length - rows.length;
  return [
    {
      type: 'details',
      summary: `${count(flaky.length, 'flaky case')}, whose repeats do not agree`,
      blocks: [
        { type: 'table', columns: [{ title: 'case' }, { title: 'why' }], rows, ...(more > 0 && { more }) },
        {
          type: 'text',
          text: 'They count. A quarantine with a reason and a last day takes a case out of the judgement.',
        },
      ],
    },
  ];
}

function quarantineBlocks({ quarantined = [] }: Decision): readonly Block[] {
  if (quarantined.length === 0) return [];
  const state = (pass: number | undefined): string => (pass === undefined ? '–' : pass.toFixed(2));
  return [
    {
      type: 'details',
      summary: `${count(quarantined.length, 'case')} in quarantine, not judged`,
      blocks: [
        {
          type: 'table',
          columns: [
            { title: 'case' },
            { title: 'why' },
            { title: 'until' },
            { title: 'baseline' },
            { title: 'candidate' },
          ],
          rows: quarantined.map(({ quarantine, result }) => [
            excerpt(quarantine.id, 80),
            excerpt(quarantine.reason, 160),
            quarantine.until ?? 'no end',
            state(result.before?.pass),
            state(result.after?.pass),
          ]),
        },
      ],
    },
  ];
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => `"${excerpt(name, 60)}"`);
  return names.length > shownNames ? `${shown.join(', ')} and ${names.length - shownNames} more` : shown.join(', ');
}

const percent = (share: number): string => {
  const value = share * 100;
  return `${value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2)} %`;
};
