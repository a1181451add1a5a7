export { pythonRunner, type PythonOptions } from './runner.ts';
