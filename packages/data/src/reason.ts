// DuckDB's messages, cut to what a reader of a report needs: no statement, no list of options to try.
import { basename } from 'node:path';

/** The first lines of a message: kind, line and reason, without paths' folders or the SQL that was run; the file in question under the name its user knows. */
export function reasonOf(cause: unknown, file?: { readonly path: string; readonly shown: string }): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const end = lines.findIndex((line) =>
    /^(LINE \d+:|Possible (fixes|Solution)|The search space|file =|Candidate )/.test(line),
  );
  const told = (end <= 0 ? lines : lines.slice(0, end)).slice(0, 4).join(' ');
  const named = told
    .replace(/ Original Line: .*?(?= (?:Expected|Invalid|Value|Maximum|Error)\b|$)/, '.')
    .replace(/^(Invalid Input|IO|Conversion|Binder|Catalog|Parser|Permission|Invalid|Out of Memory) Error: /, '')
    .replaceAll(/["']?(?:[A-Za-z]:)?[\\/](?:[^\s"']*[\\/])?([^\s"'\\/]+)["']?/g, '"$1"');
  return (file === undefined ? named : named.replaceAll(`"${basename(file.path)}"`, () => `"${file.shown}"`)).slice(
    0,
    500,
  );
}
