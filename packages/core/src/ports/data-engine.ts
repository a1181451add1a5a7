// Runs SQL over data files. No fake: DuckDB itself is quick enough for tests.
export interface Column {
  readonly name: string;
  /** The engine's own name of the type: `BIGINT`, `VARCHAR`, `TIMESTAMP`. */
  readonly type: string;
  /** The file's header names it more than once; this is the first of them. */
  readonly repeated?: true;
}

export type SqlValue = string | number | bigint | boolean | null;

/** A data file or a query over it that cannot be read: the user's to mend, so it says which file, why, and what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
  /** Stable: `DATA_MISSING`, `DATA_EMPTY`, `DATA_UNSUPPORTED`, `DATA_UNREADABLE`, `DATA_LFS_POINTER`, `DATA_QUERY_FAILED`, `DATA_ENGINE_UNAVAILABLE`. */
  readonly code: string;
  /** Absolute path, as it was attached. */
  readonly file: string | undefined;
  readonly hint: string;

  constructor(code: string, message: string, { file, hint }: { file?: string; hint: string }) {
    super(message);
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}

export interface DataEngine {
  /**
   * Names a Parquet, CSV or JSON file (absolute path) as a view.
   * @param shown what messages call the file, as its user wrote it; default: its name without folders
   * @throws DataError when it cannot be read, naming file and reason
   */
  attach(view: string, file: string, shown?: string): Promise<readonly Column[]>;
  /** Rows by column name. Literals are bound as $1, $2 …; identifiers are quoted by `quoteIdentifier`. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Readonly<Record<string, SqlValue>>[]>;
  /** A numeric column as doubles (NULL is NaN), or a text column: for statistics and for model inputs. */
  numbers(sql: string): Promise<Float64Array>;
  texts(sql: string): Promise<readonly (string | null)[]>;
  close(): Promise<void>;
}

export interface WrittenColumn {
  readonly name: string;
  /** `time`: ISO 8601 texts, kept as points in time (UTC). */
  readonly type: 'text' | 'number' | 'boolean' | 'time';
}

/** Apart from reading: few ask for it, and a test's reader need not write. */
export interface ParquetWriter {
  /**
   * Writes one Parquet file, whole or not at all. Columns whose names differ in case alone stay apart.
   * @param file absolute path; its folder exists; what lies there is replaced
   * @throws DataError when it cannot be written
   */
  writeParquet(
    file: string,
    columns: readonly WrittenColumn[],
    rows: readonly (readonly (string | number | boolean | null)[])[],
  ): Promise<void>;
}

/** The one place that writes an identifier into SQL. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
