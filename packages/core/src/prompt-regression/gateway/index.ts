export { configBlocks, gatewayProblems, routeBlocks } from './section.ts';
export { routeMetrics } from './metrics.ts';
export type { GatewayRoutes } from './route-summary.ts';
export { RouteWatch } from './route-watch.ts';
export { isOfBaseline, openGateways, throughGateway, unaskedGateway, type GatewaySides } from './sides.ts';
