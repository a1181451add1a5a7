// What several adapters speak.
export { engineForThisMachine, enginePlatform, engineTableFromLock, type EngineTable } from './native-engine-table.ts';
export {
  cachedNativeEngine,
  fetchNativeEngine,
  NativeEngineError,
  resolveNativeEngine,
  type NativeEngine,
  type NativeEngineRequest,
} from './native-engine.ts';
export {
  datatypes,
  readInferRequest,
  readInferResponse,
  readTensors,
  tensorDifferences,
  type Datatype,
  type InferRequest,
  type InferResponse,
  type Tensor,
} from './kserve-v2.ts';
export {
  isRetriedStatus,
  maskedError,
  mayGoBetter,
  retryAfter,
  sendHttp,
  statusError,
  type HttpOptions,
  type HttpReply,
} from './http.ts';
export { HttpError } from './http-failure.ts';
export { type HttpHeaders } from './http-head.ts';
export {
  openHttp,
  prepareHttp,
  sendPrepared,
  type HttpOpened,
  type HttpRequest,
  type OpenOptions,
  type PreparedHttp,
} from './http-open.ts';
export { maskSecrets } from './http-mask.ts';
