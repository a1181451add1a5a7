// Readers of suites: `.prompt.yml`, `promptfooconfig.yaml`, `*.eval.yml` and `.prompty` become one EvalSuite.
export { listPriceSellers } from './list-price-sellers.ts';
export { modelProvider } from './prompt-yml.ts';
export { fieldText, fromRoot, hasValue, type Fields } from './reading.ts';
export { readEvalSuite, type EvalSuiteRequest } from './read-eval-suite.ts';
