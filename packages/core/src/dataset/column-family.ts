// The few kinds of column that judgements tell apart.

export type ColumnFamily = 'integer' | 'float' | 'text' | 'boolean' | 'temporal' | 'other';

/** @param type the engine's own name: `BIGINT`, `DECIMAL(9,2)`, `TIMESTAMP WITH TIME ZONE` */
export function columnFamily(type: string): ColumnFamily {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|REAL|DECIMAL\b)/.test(type)) return 'float';
  if (/^(VARCHAR|ENUM\b|UUID)/.test(type) && !type.endsWith('[]')) return 'text';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^(DATE|TIME|TIMESTAMP)/.test(type) && !type.endsWith(']')) return 'temporal';
  return 'other';
}

export const isNumeric = (family: ColumnFamily): boolean => family === 'integer' || family === 'float';
