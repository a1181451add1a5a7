// Problems as lines, for snapshots beside the fixtures.
import type { Problem } from '@pawl/core';

export const told = (problems: readonly Problem[]): string =>
  problems
    .map(({ code, severity, file, line, column, message, hint }) => {
      const place = [file, line, column].filter((part) => part !== undefined).join(':');
      return `${place} ${severity === 'warning' ? 'warning ' : ''}${code} ${message} | ${hint}\n`;
    })
    .join('');
