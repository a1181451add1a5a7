// The embedded data engine: DuckDB behind the DataEngine port.
export { openDataEngine, type DataEngineOptions } from './open-data-engine.ts';
