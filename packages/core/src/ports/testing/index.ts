// In-memory fakes of the ports, for tests of anyone who uses core.
export { fakeClock, fakeContext, fakeIds } from './fake-context.ts';
export { fakeWorkspace } from './fake-workspace.ts';
