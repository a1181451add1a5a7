// Readers of suites: `.prompt.yml`, `promptfooconfig.yaml`, `*.eval.yml` and `.prompty` become one EvalSuite.
export { readEvalSuite, type EvalSuiteRequest } from './read-eval-suite.ts';
