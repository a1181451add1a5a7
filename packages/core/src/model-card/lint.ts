// Looks a card over: what it does not tell, and what it tells that the runs do not say. Every finding has its line.
import { nearest } from '../formats/did-you-mean.ts';
import type { Problem } from '../formats/problem.ts';
import type { Run } from '../formats/run.ts';
import { dataOf, qualityMetrics } from './facts.ts';
import { expectedSections, tells, type ExpectedSection } from './expected-sections.ts';
import { knownLicenses } from './licenses.ts';
import { isPlain, modelIndexKey, readModelIndex, type EvalResult, type ModelIndex } from './model-index.ts';
import { agrees, printedNumber, printLike, sameMetric } from './printed.ts';
import type { ModelCard } from './read-card.ts';
import { placeholder, sectionsOf, writtenIn } from './sections.ts';
import { evidenceKey } from './update.ts';

export interface CardFacts {
  /** Digests of what the card speaks of as it is now: the model's, the prompt's. Empty when nobody knows its files. */
  readonly subjects: readonly string[];
  /** The newest runs about it, one of each kind; empty when there is none. */
  readonly runs: readonly Run[];
}

/** Findings, those of the front matter first, then by line. */
export function lintCard(card: ModelCard, facts: CardFacts): readonly Problem[] {
  const index = readModelIndex(card);
  return [
    ...licenseFindings(card),
    ...index.problems,
    ...(index.value === undefined ? [] : metricFindings(card, index.value, facts)),
    ...evidenceFindings(card, facts),
    ...sectionFindings(card),
  ];
}

const finding = (
  code: string,
  message: string,
  hint: string,
  place: Pick<Problem, 'file' | 'line' | 'column'>,
): Problem => ({ code, severity: 'error', message, hint, ...place });

function licenseFindings(card: ModelCard): readonly Problem[] {
  const { license, license_name: name, license_link: link } = card.data;
  const place = card.placeOf(['license']);
  const ids = (Array.isArray(license) ? license : [license]).filter(
    (id) => id !== undefined && id !== null && id !== '',
  );
  if (ids.length === 0) {
    return [finding('CARD_LICENSE', 'No license is given.', 'Add `license: apache-2.0`, or what holds.', place)];
  }
  return ids.flatMap((id): readonly Problem[] => {
    const text = String(id);
    if (text === 'other' && (name === undefined || link === undefined)) {
      return [
        finding('CARD_LICENSE', 'The license "other" is not named.', 'Add `license_name` and `license_link`.', place),
      ];
    }
    if (text === 'unknown') {
      return [finding('CARD_LICENSE', 'The license is unknown.', 'Find out, or do not publish the model.', place)];
    }
    if (knownLicenses.includes(text)) return [];
    const meant = nearest(text.toLowerCase(), [...knownLicenses]);
    return [
      finding(
        'CARD_LICENSE',
        `"${text}" is no license that Hugging Face knows.`,
        meant === undefined
          ? 'Use `license: other` with `license_name` and `license_link`.'
          : `Did you mean "${meant}"?`,
        place,
      ),
    ];
  });
}

/** Numbers in model-index against the newest runs; printed digits decide what a contradiction is. */
function metricFindings(card: ModelCard, { results }: ModelIndex, { runs }: CardFacts): readonly Problem[] {
  return results.flatMap((result): readonly Problem[] => {
    const { at, metricType } = result;
    const path = [modelIndexKey, at[0], 'results', at[1], 'metrics', at[2], 'value'];
    const printed = printedNumber(sourceAt(card, path) ?? String(result.metricValue));
    if (printed === undefined || result.verified === true) return [];
    for (const run of runs.filter((one) => speaksOf(result, one, results))) {
      const measured = qualityMetrics(run).find(([name]) => sameMetric(name, metricType))?.[1].value;
      if (measured === undefined || isRepeated(result, results)) continue;
      if (agrees(metricType, printed, measured)) return [];
      return [
        finding(
          'CARD_METRIC_CONTRADICTS',
          `${metricType} is ${sourceAt(card, path) ?? String(result.metricValue)} here, and ${printLike(metricType, printed, measured)} in ${run.kind} run ${run.id}.`,
          '"pawl card update" writes what the run measured.',
          card.placeOf(path),
        ),
      ];
    }
    return [];
  });
}

/** A run measured one dataset. A result that names another file speaks of something else. */
function speaksOf(result: EvalResult, run: Run, all: readonly EvalResult[]): boolean {
  const named = isPlain(result.datasetArgs) ? result.datasetArgs['path'] : undefined;
  if (named !== undefined) return dataOf(run).some(({ path }) => path === named);
  return new Set(all.map(({ at }) => `${at[0]}/${at[1]}`)).size === 1;
}

/** Accuracy at two thresholds, say: which of them the run means cannot be known, and the first is taken. */
const isRepeated = (result: EvalResult, all: readonly EvalResult[]): boolean =>
  all.some(
    (other) =>
      other.at[0] === result.at[0] &&
      other.at[1] === result.at[1] &&
      other.at[2] < result.at[2] &&
      sameMetric(other.metricType, result.metricType),
  );

/** Digits as they are written: `0.6750`. */
function sourceAt(card: ModelCard, path: readonly PropertyKey[]): string | undefined {
  const node: unknown = card.document.getIn(path, true);
  const source = isPlain(node) ? node['source'] : undefined;
  return typeof source === 'string' ? source : undefined;
}

/** What the `pawl:` block was written for, against what is there now. */
function evidenceFindings(card: ModelCard, { subjects, runs }: CardFacts): readonly Problem[] {
  const evidence = card.data[evidenceKey];
  const listed = isPlain(evidence) && Array.isArray(evidence['runs']) ? (evidence['runs'] as readonly unknown[]) : [];
  return listed.flatMap((one, index): readonly Problem[] => {
    const { subject, data, kind, id } = isPlain(one) ? one : {};
    const path = [evidenceKey, 'runs', index];
    if (typeof subject === 'string' && subjects.length > 0 && !subjects.includes(subject)) {
      return [
        finding(
          'CARD_STALE_DIGEST',
          `The card speaks of ${subject.slice(0, 19)}…, and what lies beside it is ${subjects.map((digest) => `${digest.slice(0, 19)}…`).join(' and ')}.`,
          'Let the gate judge what is there now, then run "pawl card update".',
          card.placeOf([...path, 'subject']),
        ),
      ];
    }
    const run = runs.find((newest) => newest.kind === kind && newest.id === id);
    if (run === undefined || !Array.isArray(data)) return [];
    const known = dataOf(run).map(({ digest }) => digest);
    const strange = data.findIndex((item) => isPlain(item) && !known.includes(String(item['digest'])));
    return strange < 0
      ? []
      : [
          finding(
            'CARD_STALE_DIGEST',
            `Run ${run.id} was not judged on this data.`,
            '"pawl card update" writes what it was judged on.',
            card.placeOf([...path, 'data', strange, 'digest']),
          ),
        ];
  });
}

function sectionFindings(card: ModelCard): readonly Problem[] {
  const { file, body, bodyLine } = card;
  const sections = sectionsOf(body, bodyLine);
  const lines = body.split(/\r\n|\r|\n/);
  const end = { file, line: Math.max(1, bodyLine + lines.length - 1 - (lines.at(-1) === '' ? 1 : 0)), column: 1 };
  const told = expectedSections.map((expected) => {
    const matching = sections.filter((section) => tells(expected, section));
    return { expected, matching, full: matching.some((section) => writtenIn(section) !== '') };
  });
  return [
    ...told.flatMap(({ expected, matching: [first], full }): readonly Problem[] => {
      if (full) return [];
      if (first === undefined) return [missing(expected, end)];
      return [
        finding('CARD_SECTION_EMPTY', `"${first.title.trim()}" says nothing.`, expected.question, {
          file,
          line: first.line,
          column: 1,
        }),
      ];
    }),
    ...lines.flatMap((line, index): readonly Problem[] =>
      placeholder.test(line)
        ? [
            {
              ...finding(
                'CARD_PLACEHOLDER',
                'A placeholder of the template is left.',
                'Write it, or remove the line.',
                {
                  file,
                  line: bodyLine + index,
                  column: line.search(placeholder) + 1,
                },
              ),
              severity: 'warning',
            },
          ]
        : [],
    ),
  ];
}

const missing = (
  { what, heading, question }: ExpectedSection,
  end: Pick<Problem, 'file' | 'line' | 'column'>,
): Problem =>
  finding('CARD_SECTION_MISSING', `The card does not say ${what}.`, `Add a section "## ${heading}". ${question}`, end);
