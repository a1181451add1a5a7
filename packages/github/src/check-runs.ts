// One check run a section: the verdict beside the commit, and the place where siblings find each other's sections.
import { checkConclusions, type Problem, type Report } from '@pawl/core';
import { checkAnnotations, cutText, plainHeadline, renderSummary, type Section } from '@pawl/core/report';
import { Refusal, type Client } from './client.ts';
import type { Repository } from './code-host.ts';
import { permissionProblem } from './problems.ts';
import { packSection, unpackSection } from './section-text.ts';

export interface CheckRuns {
  /** Writes the section unless it is there already. */
  put(section: Section): Promise<PutCheck>;
  /** Takes a section of an earlier run out of the comment: its check is followed by one that holds none. */
  retire(key: string, title: string): Promise<PutCheck>;
  /** Every section of this commit and comment, in no order. */
  list(): Promise<readonly Section[] | Refusal>;
}

export interface PutCheck {
  readonly url?: string;
  /** Login that the token writes under, as far as the check tells: `github-actions[bot]`. */
  readonly author?: string;
  readonly problems: readonly Problem[];
}

/** GitHub shows far fewer; the rest is in the report. */
const annotationRequests = 4;

export function checkRunsOf(client: Client, repository: Repository): CheckRuns {
  const { owner, repo, headSha, commentKey, runUrl } = repository;
  // Told apart by this, not by name: names are for people. A forged one of another app is not looked at.
  const idOf = (key: string): string => `pawl ${commentKey} ${key}`;
  const prefix = idOf('');
  let app: number | undefined;

  async function all() {
    const runs = await client.call((octokit) =>
      octokit.paginate(octokit.rest.checks.listForRef, { owner, repo, ref: headSha, filter: 'latest', per_page: 100 }),
    );
    if (runs instanceof Refusal) return runs;
    const newest = new Map<string, (typeof runs)[number]>();
    for (const run of runs.toSorted((a, b) => a.id - b.id)) {
      const ours = run.external_id?.startsWith(prefix) === true && (app === undefined || run.app?.id === app);
      if (ours) newest.set(run.external_id ?? '', run);
    }
    return newest;
  }

  return {
    async put(section) {
      const text = packSection(section);
      const { report } = section;
      const before = await all();
      const same = before instanceof Refusal ? undefined : before.get(idOf(section.key));
      if (same?.output.text === text && same.conclusion === conclusionOf(report)) {
        app = same.app?.id;
        return { ...urlOf(same.html_url), ...authorOf(same.app?.slug), problems: [] };
      }
      const output = {
        title: cutText(plainHeadline(report), 250),
        summary: renderSummary(report, {
          limitBytes: 60_000,
          ...(section.reportUrl !== undefined && { reportUrl: section.reportUrl }),
        }),
        text,
      };
      const [first = [], ...rest] = checkAnnotations(report).slice(0, annotationRequests);
      // A second run of the same job makes a new check: an update would add the annotations once more.
      const created = await client.call((octokit) =>
        octokit.rest.checks.create({
          owner,
          repo,
          head_sha: headSha,
          name: `pawl: ${cutText(section.key, 200)}`,
          external_id: idOf(section.key),
          status: 'completed',
          conclusion: conclusionOf(report),
          ...(runUrl !== undefined && { details_url: runUrl }),
          output: { ...output, annotations: [...first] },
        }),
      );
      if (created instanceof Refusal) return { problems: [permissionProblem('check', created)] };
      const { id, html_url: url, app: writer } = created.data;
      app = writer?.id;
      for (const annotations of rest) {
        await client.call((octokit) =>
          octokit.rest.checks.update({
            owner,
            repo,
            check_run_id: id,
            output: { ...output, annotations: [...annotations] },
          }),
        );
      }
      return { ...urlOf(url), ...authorOf(writer?.slug), problems: [] };
    },

    async retire(key, title) {
      const before = await all();
      if (before instanceof Refusal) return { problems: [permissionProblem('check', before)] };
      if (unpackSection(before.get(idOf(key))?.output.text ?? '') === undefined) return { problems: [] };
      const created = await client.call((octokit) =>
        octokit.rest.checks.create({
          owner,
          repo,
          head_sha: headSha,
          name: `pawl: ${cutText(key, 200)}`,
          external_id: idOf(key),
          status: 'completed',
          conclusion: 'success',
          output: { title: cutText(title, 250), summary: title },
        }),
      );
      return { problems: created instanceof Refusal ? [permissionProblem('check', created)] : [] };
    },

    async list() {
      const runs = await all();
      if (runs instanceof Refusal) return runs;
      return [...runs.values()].flatMap((run) => unpackSection(run.output.text ?? '') ?? []);
    },
  };
}

/** Advice turns nothing red. */
const conclusionOf = (report: Report): 'success' | 'failure' | 'neutral' =>
  report.advisory === true && report.verdict !== 'pass' ? 'neutral' : checkConclusions[report.verdict];

const urlOf = (url: string | null | undefined) => (typeof url === 'string' ? { url } : {});
const authorOf = (slug: string | undefined) => (slug === undefined ? {} : { author: `${slug}[bot]` });
