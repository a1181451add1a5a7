// The report's part on a gateway: what changed in its configuration, which ways it took, what its cache answered.
import type { Block, Cell } from '../../formats/report.ts';
import type { Problem } from '../../formats/problem.ts';
import { count, cut, dollars, excerpt, grouped, milliseconds, share, verb } from '../words.ts';
import type { CacheCheck } from './cache-check.ts';
import type { ConfigChange } from './config-changes.ts';
import type { GatewayConfig } from './config.ts';
import type { GatewayRoutes, RouteStats, SideRoutes } from './route-summary.ts';
import type { GatewaySides } from './sides.ts';

const shownChanges = 20;
const shownRoutes = 20;
const shownHits = 10;
const shownText = 600;
const longestName = 80;

export function configBlocks(gateways: GatewaySides | undefined): readonly Block[] {
  if (gateways?.before === undefined || gateways.changes.length === 0) return [];
  const { after, changes } = gateways;
  return [
    {
      type: 'table',
      columns: [{ title: after.file }, { title: 'change' }, { title: 'line', align: 'right' }],
      rows: changes
        .slice(0, shownChanges)
        .map((change): Cell[] => [
          excerpt(change.entry, longestName),
          excerpt(change.how, 200),
          lineOf(change, after.file),
        ]),
      ...(changes.length > shownChanges && { more: changes.length - shownChanges }),
    },
  ];
}

function lineOf({ place: { file, line }, gone }: ConfigChange, main: string): string {
  // A file as a whole is named beside.
  if (line === undefined && file !== main) return '';
  const at = line === undefined ? '' : String(line);
  const where = file === main ? at : `${file}:${at}`;
  return gone === true ? `was ${where}` : where;
}

export function routeBlocks(routes: GatewayRoutes): readonly Block[] {
  const text = routeSentences(routes).join(' ');
  return [
    routeTable(routes),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...hitDetails('cache', changedHits(routes.after)),
    ...hitDetails('cache of the baseline', changedHits(routes.before)),
  ];
}

function routeTable({ routes, before: old }: GatewayRoutes): Block {
  const both = old !== undefined;
  const cell = (
    { before, after }: { readonly before?: RouteStats; readonly after?: RouteStats },
    say: (stats: RouteStats) => string | undefined,
  ): string => {
    const now = (after === undefined ? undefined : say(after)) ?? '–';
    return both ? `${(before === undefined ? undefined : say(before)) ?? '–'} → ${now}` : now;
  };
  return {
    type: 'table',
    columns: [
      { title: 'route' },
      { title: 'answers', align: 'right' },
      { title: 'passed (95 % CI)', align: 'right' },
      { title: 'latency, median', align: 'right' },
      { title: 'cost per answer', align: 'right' },
    ],
    rows: routes
      .slice(0, shownRoutes)
      .map((route): Cell[] => [
        excerpt(route.name, longestName),
        cell(route, ({ answers }) => grouped(answers)),
        `${cell(route, ({ passRate }) => share(passRate))}${intervalWords(route.after)}`,
        cell(route, ({ latencyMs }) => (latencyMs === undefined ? undefined : milliseconds(latencyMs))),
        cell(route, ({ costUsd }) => (costUsd === undefined ? undefined : dollars(costUsd))),
      ]),
    ...(routes.length > shownRoutes && { more: routes.length - shownRoutes }),
  };
}

const intervalWords = (stats: RouteStats | undefined): string =>
  stats === undefined ? '' : ` (${share(stats.low)} … ${share(stats.high)})`;

export function routeSentences({ cheap, after, before }: GatewayRoutes): readonly string[] {
  const sentences: string[] = [];
  const both = (say: (side: SideRoutes) => string): string =>
    before === undefined ? say(after) : `${say(before)} → ${say(after)}`;
  const any = (read: (side: SideRoutes) => number): boolean =>
    read(after) > 0 || (before !== undefined && read(before) > 0);
  if (cheap !== undefined)
    sentences.push(
      `To the cheap model ${excerpt(cheap, longestName)}: ${both(({ cheapShare }) => percent(cheapShare))}.`,
    );
  const some = (n: number): string => (n === 0 ? 'none' : count(n, 'answer'));
  if (any(({ fallbacks }) => fallbacks)) sentences.push(`Fallbacks: ${both((side) => some(side.fallbacks))}.`);
  if (any(({ retries }) => retries)) sentences.push(`Retries: ${both(({ retries }) => grouped(retries))}.`);
  if (any(({ hits }) => hits)) sentences.push(`From the cache: ${both(hitWords)}.`, ...checkSentences(after));
  return sentences;
}

const hitWords = ({ hits, semanticHits }: SideRoutes): string =>
  hits === 0
    ? 'none'
    : `${count(hits, 'answer')}${semanticHits === 0 ? '' : ` (${grouped(semanticHits)} by similarity)`}`;

function checkSentences(side: SideRoutes): readonly string[] {
  if (side.hits === 0) return [];
  if (side.checked.length === 0) return ['None of them could be asked again past the cache.'];
  const wrong = changedHits(side).length;
  const checked = `${grouped(side.checked.length)} asked again`;
  const other = side.checked.filter(({ cached, fresh }) => cached.text !== fresh.text).length;
  if (wrong > 0)
    return [
      `Of ${checked} past the cache, ${grouped(wrong)} ${verb(wrong, 'differs from a fresh answer in its', 'differ from a fresh answer in their')} verdict.`,
    ];
  return [
    `Of ${checked} past the cache, none differs from a fresh answer in its verdict, and ${grouped(other)} in words.`,
  ];
}

const percent = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value * 100)} %`);

/** Hits that changed a verdict. */
export const changedHits = (side: SideRoutes | undefined): readonly CacheCheck[] =>
  (side?.checked ?? []).filter(({ cached, fresh }) => cached.pass !== fresh.pass);

function hitDetails(words: string, checks: readonly CacheCheck[]): readonly Block[] {
  if (checks.length === 0) return [];
  const blocks: Block[] = checks.slice(0, shownHits).map(({ case: { id }, cached, fresh, semantic }) => ({
    type: 'change',
    title: excerpt(
      `${id}: ${fresh.pass ? 'right' : 'wrong'} when fresh, ${cached.pass ? 'right' : 'wrong'} from the cache${semantic ? ' (by similarity)' : ''}`,
      200,
    ),
    expected: fresh.pass ? 'the fresh answer passes' : 'the cached answer passes',
    before: shown(fresh.text),
    after: shown(cached.text),
  }));
  if (checks.length > shownHits)
    blocks.push({
      type: 'text',
      text: `${count(checks.length - shownHits, 'more case')} ${verb(checks.length - shownHits, 'is', 'are')} not shown.`,
    });
  return [{ type: 'details', summary: `${count(checks.length, 'answer')} changed by the ${words}`, blocks }];
}

const shown = (text: string): string =>
  text === '' ? '(an empty answer)' : text.length > shownText ? `${cut(text, shownText)} …` : text;

/** Somewhere in a configuration of Portkey, for all of it or for a target. */
const asksCache = ({ kind, entries }: GatewayConfig): boolean =>
  kind === 'portkey' &&
  entries.some(({ key, shown: leaves }) => [key, ...leaves.keys()].some((path) => path.split('.').includes('cache')));

/** What a reader must know before believing the numbers. */
export function gatewayProblems(
  gateways: GatewaySides | undefined,
  columns: readonly (GatewayRoutes | undefined)[],
  repeats: number,
): readonly Problem[] {
  if (gateways === undefined) return [];
  const problems: Problem[] = [];
  const routes = columns.filter((each) => each !== undefined);
  const sides = routes.flatMap(({ after, before }) => [after, ...(before === undefined ? [] : [before])]);
  const wrong = routes.reduce((sum, { after }) => sum + changedHits(after).length, 0);
  const place = { file: gateways.after.file };
  if (wrong > 0)
    problems.push({
      code: 'GATEWAY_CACHE_CHANGED',
      severity: 'warning',
      message: `The gateway's cache changed the verdict of ${count(wrong, 'case')}.`,
      hint: 'Raise the similarity threshold of a semantic cache, or keep these requests out of the cache.',
      ...place,
    });
  const without = routes.reduce((sum, { after }) => sum + after.cacheOff, 0);
  if (without > 0 && asksCache(gateways.after))
    problems.push({
      code: 'GATEWAY_CACHE_OFF',
      severity: 'warning',
      message: `The configuration asks for a cache, and the gateway that was asked has none: ${count(without, 'answer')} came past it.`,
      hint: "Portkey's open-source gateway keeps no answers; what a cache changes is seen through Portkey's own.",
      ...place,
    });
  if (repeats > 1 && sides.some(({ hits }) => hits > 0))
    problems.push({
      code: 'GATEWAY_CACHE_REPEATS',
      severity: 'warning',
      message: 'Repeats that the gateway answered from its cache are copies, and say nothing of how answers vary.',
      hint: 'Ask once, or switch exact caching off in the configuration that is evaluated with repeats.',
      ...place,
    });
  return problems;
}
