// Contract suites: one for each port or service, run on the double and on the real thing.
export type { ContractCase } from './contract-case.ts';
export { tritonContract, type TritonSubject } from './triton-contract.ts';
export { historyContract, type HistorySubject } from './history-contract.ts';
export { registryContract, type RegistrySubject } from './registry-contract.ts';
export { exampleRun, storeContract, type StoreSubject } from './store-contract.ts';
export { workspaceContract, type WorkspaceSubject } from './workspace-contract.ts';
export { splitterContract, type SplitterSubject } from './splitter-contract.ts';
export { vllmContract, type VllmSubject } from './vllm-contract.ts';
export { modelProviderContract } from './model-provider-contract.ts';
