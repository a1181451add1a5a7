// A Triton double on loopback, and small real models for it.
export { modelRepository, tinyConfig, tinyInput, writeModel, type ModelRepository } from './model-repository.ts';
export { startTriton, type Fault, type TritonDouble, type TritonDoubleOptions } from './start-triton.ts';
export { tinyOnnx } from './tiny-onnx.ts';
