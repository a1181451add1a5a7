// Data validation: does a data file hold what its suite expects, and what did a change do to it?
export { ExpectationSuiteFile, readExpectationSuite, type ExpectationSuite } from '../formats/expectation-suite.ts';
export { expectationTypes, type Expectation, type ExpectationType } from '../formats/expectation-types.ts';
export { dataValidationInputs } from './inputs.ts';
export { validateData, type ValidateData } from './validate-data.ts';
