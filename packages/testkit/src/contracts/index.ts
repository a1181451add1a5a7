// Contract suites: one for each port or service, run on the double and on the real thing.
export type { ContractCase } from './contract-case.ts';
export { tritonContract, type TritonSubject } from './triton-contract.ts';
