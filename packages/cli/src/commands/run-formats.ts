// What runs can be exported as. One entry for each format: a further one is a further entry.
import { writeFile } from 'node:fs/promises';
import type { ParquetWriter, Problem, Run } from '@pawl/core';
import { tableCsv, tableJson, tableNdjson, type FlatTable } from '@pawl/core/runs';
import type { World } from '@pawl/wiring';

export interface ExportRequest {
  readonly runs: readonly Run[];
  /** The runs as one flat table; made when first asked for. */
  table(): FlatTable;
  readonly world: World;
}

export interface ExportFormat {
  readonly summary: string;
  /** Names that end so mean this format where none is named. */
  readonly endings: readonly string[];
  /** The whole export as text, where it can go to the terminal. */
  text?(request: ExportRequest): string;
  /**
   * @param path absolute; its folder exists
   * @returns what went wrong, in the user's words
   * @throws what Node or an adapter throws for what cannot be written
   */
  write(request: ExportRequest, path: string): Promise<readonly Problem[]>;
}

const textFormat = (summary: string, ending: string, textOf: (table: FlatTable) => string): ExportFormat => ({
  summary,
  endings: [ending],
  text: ({ table }) => textOf(table()),
  write: async ({ table }, path) => {
    await writeFile(path, textOf(table()));
    return [];
  },
});

export const exportFormats: Readonly<Record<string, ExportFormat>> = {
  json: textFormat('an array of objects', '.json', tableJson),
  ndjson: { ...textFormat('one object a line', '.ndjson', tableNdjson), endings: ['.ndjson', '.jsonl'] },
  csv: textFormat('for spreadsheets', '.csv', tableCsv),
  parquet: {
    summary: 'for DuckDB, pandas, Spark',
    endings: ['.parquet', '.pq'],
    write: async ({ table, world }, path) => {
      const { columns, rows } = table();
      const engine: ParquetWriter = world.engine;
      await engine.writeParquet(path, columns, rows);
      return [];
    },
  },
};

export const formatOfPath = (path: string): string | undefined =>
  Object.entries(exportFormats).find(([, { endings }]) => endings.some((end) => path.toLowerCase().endsWith(end)))?.[0];
