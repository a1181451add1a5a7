// A small language of arithmetic over columns, interpreted row by row.
export { bindExpression, type Evaluated, type Named } from './evaluate.ts';
export type { ValueType } from './operations.ts';
export { parseExpression, type ParsedExpression } from './parse.ts';
