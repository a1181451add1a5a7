// What benchmarks and checks use of the tools.
export { bundle, projectRoot, type BundleRequest, type BundleSizes } from './bundle.ts';
export { actionBudget, checkBundle, type BundleBudget, type BundleCheck } from './check-bundles.ts';
export { checkStructure, importsOf, type Breach, type SourceFile } from './structure.ts';
