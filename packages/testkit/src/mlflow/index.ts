// An MLflow tracking server on loopback.
export { startLoopbackMlflow, type LoopbackMlflow } from './loopback-mlflow.ts';
