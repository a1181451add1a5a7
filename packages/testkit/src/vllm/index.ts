// A vLLM double on loopback.
export { startVllm, type VllmDouble, type VllmDoubleOptions, type VllmFault } from './start-vllm.ts';
