export { memoryAsUsual } from './keep-memory-small.ts';
export { main } from './main.ts';
