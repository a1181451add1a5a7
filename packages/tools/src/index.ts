// What benchmarks and checks use of the tools.
export { actionBudget, actionBundle } from './action-bundles.ts';
export { bundle, projectRoot, type BundleRequest, type BundleSizes } from './bundle.ts';
export { checkBundle, type BundleBudget, type BundleCheck } from './check-bundles.ts';
export { checkStructure, importsOf, type Breach, type SourceFile } from './structure.ts';
