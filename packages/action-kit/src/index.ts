// What an action is made of.
export { defineAction, type Action, type ActionHost, type ActionWorld, type WorldRequest } from './action.ts';
export { fillReadme, renderManifest } from './manifest.ts';
export { outputs, type OutputName } from './outputs.ts';
export { runAction, type Step } from './run-action.ts';
