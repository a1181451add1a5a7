// What a policy would have done with every past version, as one table.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Cell, Report } from '../formats/report.ts';
import type { Backtested } from './backtest.ts';

export function backtestReport(
  policy: GatePolicy,
  judged: readonly Backtested[],
  { left, place }: { readonly left: number; readonly place: { readonly file: string } },
): Report {
  const unread = judged.filter(isUnread);
  const missed = judged.filter(({ verdict, fate }) => verdict === 'pass' && fate === 'rolled back');
  return {
    schema: reportSchema,
    kind: 'eval-gate',
    // A name of its own: its check and its section of the comment must not stand where the gate's would.
    name: `${policy.name} backtest`,
    verdict: unread.length > 0 ? 'error' : 'pass',
    advisory: true,
    headline: headlineOf(judged),
    comparison: `backtest of ${countOf(judged.length)}`,
    n: null,
    blocks: [
      table(judged),
      ...missed.map(({ version }): Block => ({
        type: 'text',
        text: `${version.version} passes and was rolled back: what went wrong with it is not in these rows, or not in this policy.`,
      })),
      ...(left === 0 ? [] : [{ type: 'text' as const, text: `${countOf(left)} before them were not judged.` }]),
      {
        type: 'text',
        text: [
          {
            text: 'Each version as it was committed, by the policy and on the rows of now, against what was in production when it was registered. Nothing of this is kept as evidence.',
            style: 'muted',
          },
        ],
      },
    ],
    findings: [],
    problems: unread.flatMap(({ version, report }) =>
      report.problems
        .filter(({ severity }) => severity === 'error')
        .map((problem) => ({ ...place, ...problem, message: `${version.version}: ${problem.message}` })),
    ),
    footer: {},
  };
}

function headlineOf(judged: readonly Backtested[]): string {
  const of = (verdict: Backtested['verdict']): readonly Backtested[] => judged.filter((one) => one.verdict === verdict);
  const stopped = of('fail');
  const unread = judged.filter(isUnread);
  const alone = of('error').filter((one) => !isUnread(one));
  const said = [
    `${of('pass').length} of ${countOf(judged.length)} pass`,
    ...(stopped.length === 0 ? [] : [`${namesOf(stopped)} ${stopped.length === 1 ? 'fails' : 'fail'}`]),
    ...(of('inconclusive').length === 0 ? [] : [`${of('inconclusive').length} stay open`]),
    ...(unread.length === 0 ? [] : [`${namesOf(unread)} could not be judged`]),
    ...(alone.length === 0 ? [] : [`${namesOf(alone)} had nothing to be compared with`]),
  ];
  return said.join(', ');
}

/** The first version of all has nothing before it: without absolute bounds no policy can judge it. */
const isUnread = ({ verdict, against, report }: Backtested): boolean =>
  verdict === 'error' && (against !== undefined || report.problems.some(({ severity }) => severity === 'error'));

function table(judged: readonly Backtested[]): Block {
  return {
    type: 'table',
    columns: ['version', 'against', 'verdict', 'what was found', 'what became of it'].map((title) => ({ title })),
    rows: judged.map(({ version, against, verdict, report, fate }): Cell[] => [
      version.version,
      against ?? '–',
      { verdict },
      report.headline,
      fate,
    ]),
  };
}

function namesOf(judged: readonly Backtested[]): string {
  const shown = judged.slice(0, 3).map(({ version }) => version.version);
  const more = judged.length - shown.length;
  const last = more > 0 ? `${more} more` : shown.pop()!;
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

const countOf = (versions: number): string => `${versions} ${versions === 1 ? 'version' : 'versions'}`;
