// What keeps runs and versions, through Git or over REST: loaded by whoever asks for them.
export { maintenanceElsewhere } from './maintenance.ts';
export { openRegistry } from './registry.ts';
export { openRestRegistry } from './rest/rest-registry.ts';
export { openRestStore } from './rest/rest-store.ts';
export { openStore } from './store.ts';
