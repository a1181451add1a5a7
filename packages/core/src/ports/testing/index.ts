// In-memory fakes of the ports, for tests of anyone who uses core.
export { fakeClock, fakeContext, fakeIds } from './fake-context.ts';
export { makeReport, makeRun } from './make-records.ts';
export { fakeWorkspace } from './fake-workspace.ts';
export { fakeProvider } from './fake-provider.ts';
export { memoryHistory, type MemoryCommit, type MemoryHistoryRequest } from './memory-history.ts';
export { memoryRegistry, type MemoryRegistry } from './memory-registry.ts';
export { memoryStore, memoryWorld, type MemoryWorld } from './memory-store.ts';
export { fakeSplitter, type FakeSplitter } from './fake-splitter.ts';
export { fakeTarget, type FakeTarget } from './fake-target.ts';
