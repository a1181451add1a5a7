// What a handover may hold. A fork's artifact is made by a stranger: every number here is a door that is shut, not a
// hint. An honest step stays far below all of them.

/** As in the store: more than 1 MB in one file belongs elsewhere. */
export const maxFileBytes = 1_000_000;
/** All files of one handover, unpacked. */
export const maxHandoverBytes = 32_000_000;
export const maxFiles = 500;
/** One step makes one run; a script that logs many shares the store's own limit of a bundle. */
export const maxRuns = 100;
/** Lines of one result. */
export const maxRows = 200_000;
/** Brackets within brackets: readers and renderers call themselves for each. */
export const maxJsonDepth = 40;
/** Runs in one bundle of the store. */
export const maxRunsPerBundle = 1000;
/** The zip as it is downloaded. */
export const maxArtifactBytes = 16_000_000;
/** Handovers of one workflow run: GitHub's largest matrix has 256 legs. */
export const maxHandovers = 300;
/** Zips of one workflow run together: what a publish job downloads at most. */
export const maxTotalArtifactBytes = 200_000_000;
