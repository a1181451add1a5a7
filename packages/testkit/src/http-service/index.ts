// Any HTTP service, on this machine: answers as told and remembers what it was sent.
export { loopbackHttp, type LoopbackHttp, type ServiceReply, type ServiceRequest } from './loopback-http.ts';
