// The rows of the Runs view.
import type { RunSummary } from '@pawl/core';
import { oneLine, showHidden } from '@pawl/core/report';
import type { App, FormatTime } from '../app.ts';
import { lines, type Icon, type Row, type Rows } from '../rows.ts';
import { loadRuns, type Grouping, type RunsNode } from './model.ts';

export function runRows(app: App, grouping: () => Grouping): Rows<RunsNode> {
  return {
    children: async (node) => {
      if (node !== undefined) return node.type === 'run-group' ? node.runs : [];
      const repository = await app.repository();
      return repository === undefined ? [] : loadRuns(repository.store, grouping());
    },
    row: (node) => runRow(node, app.editor.formatTime),
  };
}

export function runRow(node: RunsNode, formatTime: FormatTime): Row {
  switch (node.type) {
    case 'run-group': {
      const [latest] = node.runs;
      const count = `${node.runs.length} ${node.runs.length === 1 ? 'run' : 'runs'}`;
      return {
        id: `group/${node.by}/${node.title}`,
        label: plain(node.title),
        description: latest?.run.verdict === undefined ? count : `latest ${latest.run.verdict}, ${count}`,
        icon: { name: node.by === 'kind' ? 'beaker' : 'tag' },
        context: 'pawl.runGroup',
        fold: 'expanded',
      };
    }
    case 'run': {
      const { run, by } = node;
      return {
        id: `run/${run.id}`,
        label: plain(by === 'kind' ? run.name : run.kind),
        description: `${verdictWord(run)} · ${formatTime(run.startedAt, 'short')}`,
        tooltip: runTooltip(run, formatTime),
        icon: verdictIcon(run),
        context: 'pawl.run',
        fold: 'none',
        command: { id: 'pawl.openRun', title: 'Open Report' },
      };
    }
    case 'older-runs':
      return {
        id: 'older-runs',
        label: `The ${node.shown} newest runs are shown`,
        description: 'pawl run list has all',
        icon: { name: 'ellipsis' },
        fold: 'none',
      };
  }
}

const verdictWord = (run: Pick<RunSummary, 'verdict'>): string => run.verdict ?? 'no verdict';

const icons: Readonly<Record<string, Icon>> = {
  pass: { name: 'pass', color: 'testing.iconPassed' },
  fail: { name: 'error', color: 'testing.iconFailed' },
  inconclusive: { name: 'question', color: 'testing.iconQueued' },
  error: { name: 'warning', color: 'testing.iconErrored' },
};

const verdictIcon = (run: Pick<RunSummary, 'verdict'>): Icon => icons[run.verdict ?? ''] ?? { name: 'circle-outline' };

function runTooltip(run: RunSummary, formatTime: FormatTime): string {
  const place = [
    run.commit === undefined ? undefined : `commit ${run.commit.slice(0, 10)}`,
    run.branch === undefined ? undefined : `branch ${plain(run.branch)}`,
    run.pullRequest === undefined ? undefined : `pull request ${run.pullRequest}`,
  ].filter((part) => part !== undefined);
  return lines(
    `${run.kind} ${plain(run.name)}: ${verdictWord(run)}`,
    run.headline === undefined ? undefined : plain(run.headline),
    '',
    place.join(', '),
    `${formatTime(run.startedAt, 'full')}${run.actor === undefined ? '' : `, by ${plain(run.actor)}`}`,
  );
}

/** One line, and nothing in it that hides or reorders itself. */
const plain = (text: string): string => showHidden(oneLine(text));
