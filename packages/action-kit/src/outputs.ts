// The outputs that every action has.
export const outputs = {
  verdict: 'pass, fail, inconclusive or error.',
  passed: 'true only when the verdict is pass.',
  headline: 'The verdict in words.',
  'run-id': 'Id of the run in the store; empty when none was recorded.',
  'report-path': 'Path of the HTML report.',
  'result-json': 'Path of the report and the run as JSON.',
  'subject-name': 'What was judged, as actions/attest wants it; empty when it cannot be attested.',
  'subject-digest': 'Its digest, `sha256:…`; empty when it cannot be attested.',
  'predicate-path': 'Path of the in-toto test-result predicate for actions/attest; empty when it cannot be attested.',
  'report-url': 'Link to the uploaded report; empty when it was not uploaded.',
  'comment-url': 'Link to the comment; empty when there is none.',
  handover: 'Name of the artifact that the run was handed over as; empty when it was not.',
  'check-url': 'Link to the check; empty when there is none.',
} as const;

export type OutputName = keyof typeof outputs;
