// What the objects that Git holds call themselves. Apart from their schemas, which whoever only writes need not load.
export const runSchema = 'pawl.run/1';
export const reportSchema = 'pawl.report/1';
