// Servers that speak TLS on this machine, and the authorities and certificates that a test has made for them.
export { authority, selfSigned, type Issued } from './certificates.ts';
export { tlsService } from './tls-service.ts';
