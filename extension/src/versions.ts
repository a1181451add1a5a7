// How a registered version looks in a tree, whatever it is a version of.
import type { RegisteredVersion } from '@pawl/core';
import { showHidden } from '@pawl/core/report';
import { versionName, type FormatTime } from './app.ts';
import { lines, type Row } from './rows.ts';

type Shown = 'label' | 'description' | 'tooltip' | 'icon';

export function versionRow(version: RegisteredVersion, formatTime: FormatTime): Pick<Row, Shown> {
  const marks = [...version.labels, ...(version.deprecated ? ['deprecated'] : [])];
  return {
    label: version.version,
    description: marks.join(', '),
    tooltip: lines(
      versionName(version),
      version.labels.length === 0 ? 'no label' : `label ${version.labels.join(', ')}`,
      version.deprecated ? 'deprecated' : undefined,
      showHidden(version.message.trim()),
      '',
      `commit ${version.commit.slice(0, 10)}`,
      formatTime(version.at, 'full'),
    ),
    icon: { name: version.deprecated ? 'circle-slash' : version.labels.length > 0 ? 'tag' : 'git-commit' },
  };
}

/** What a row of a name says of its versions: its labels, else the highest version. */
export function labelsOf(versions: readonly RegisteredVersion[]): string {
  const labelled = versions.flatMap((version) => version.labels.map((label) => `${label} ${version.version}`));
  const [highest] = versions;
  if (highest === undefined) return 'no version registered';
  return labelled.length > 0 ? labelled.join(', ') : `${highest.version}, no label`;
}
