// What a gate found, as a statement that others can sign and check.
export { GateStatement, predicateType, statementOf, statementType } from './statement.ts';
export { checkStatement, type Wanted } from './check-statement.ts';
export { envelopeOf, envelopeSchema, payloadType, preAuthenticationEncoding, type Envelope } from './envelope.ts';
