export { loopbackGateway, type LoopbackGateway, type LoopbackGatewayOptions, type Routed } from './loopback-gateway.ts';
