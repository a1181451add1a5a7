// CSV, read strictly: the delimiter comes from the header, and a row of another length is an error, not a guess.
import { quoteLiteral } from './sql-values.ts';

export interface CsvDialect {
  readonly delimiter: string;
  /** Of the header; undefined when the file is compressed and cannot be looked into. */
  readonly header: readonly string[] | undefined;
}

/** What pandas takes as missing by default (`pandas.io.parsers.readers.STR_NA_VALUES`), so that results are Great Expectations' own. */
const missingTexts = ['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN']
  .concat(['<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'])
  .map(quoteLiteral)
  .join(', ');

/** The candidate that splits the header into most fields; a comma when none does. */
export function guessDialect(name: string, head: Buffer): CsvDialect {
  // Packed still, since it is damaged: reading it will say so.
  if (head[0] === 0x1f && head[1] === 0x8b) return { delimiter: /\.tsv\./i.test(name) ? '\t' : ',', header: undefined };
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const [first] = [',', '\t', ';', '|']
    .map((delimiter) => ({ delimiter, header: headerFields(text, delimiter) }))
    .toSorted((a, b) => b.header.length - a.header.length);
  return first ?? { delimiter: ',', header: undefined };
}

export function csvStatement(file: string, { delimiter }: CsvDialect): string {
  return `read_csv(${file}, ${options(delimiter)}, sample_size = -1)`;
}

/**
 * The sniffer says only that a file fits no dialect. Reading it again as plain text, with the header's
 * columns, names the row.
 */
export async function explainCsv(
  file: string,
  { delimiter, header }: CsvDialect,
  failure: { readonly cause: unknown; readonly run: (sql: string) => Promise<unknown> },
): Promise<unknown> {
  if (header === undefined) return failure.cause;
  const columns = header.map((name) => `${quoteLiteral(name)}: 'VARCHAR'`).join(', ');
  try {
    await failure.run(
      `SELECT count(COLUMNS(*)) FROM read_csv(${file}, ${options(delimiter)}, auto_detect = false, columns = {${columns}})`,
    );
    return failure.cause;
  } catch (cause) {
    return cause;
  }
}

const options = (delimiter: string): string =>
  `header = true, delim = ${quoteLiteral(delimiter)}, quote = '"', escape = '"', nullstr = [${missingTexts}]`;

/** The fields of the first record; quotes may hold delimiters and line ends. */
function headerFields(text: string, delimiter: string): string[] {
  const fields = [''];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && character === delimiter) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields;
}
