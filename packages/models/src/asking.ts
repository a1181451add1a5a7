// What every evaluation asks models through: apart from embeddings and networks, which take longer to load.
export { gatewayStarter, type GatewayStarter, type GatewayStarterOptions } from './gateway-starter.ts';
export { postJson, type PostOptions } from './post-json.ts';
export { promptProviders, type PromptProviderOptions } from './prompt-provider.ts';
