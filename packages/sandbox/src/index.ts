export { quickJsRunner, type QuickJsOptions } from './runner.ts';
